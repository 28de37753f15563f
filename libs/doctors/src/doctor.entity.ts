import type { Selectable } from 'kysely';
import type { Money } from '#kernel';
import type { Tables } from '#platform';

type Row = Omit<Selectable<Tables['doctors']>, 'searchText'>;

/** The public marketplace profile of a member of staff; `id` is the staff member's id. */
export type Doctor = Omit<Row, 'feeAmount' | 'feeCurrency' | 'kycDocuments'> & {
  /** What one visit costs. */
  readonly fee: Money;
  readonly kycDocuments: readonly KycDocument[];
};

export type KycStatus = Row['kycStatus'];

/** A piece of evidence that a doctor sends: what it is, and where it is kept. */
export interface KycDocument {
  readonly kind: 'licence' | 'identity' | 'degree' | 'insurance';
  readonly reference: string;
}

export const DOCTOR_COLUMNS = [
  'id',
  'organizationId',
  'userId',
  'name',
  'gender',
  'bio',
  'qualifications',
  'specialties',
  'languages',
  'yearsOfExperience',
  'feeAmount',
  'feeCurrency',
  'timeZone',
  'slotMinutes',
  'bufferMinutes',
  'minimumNoticeMinutes',
  'bookingHorizonDays',
  'dailyLimit',
  'acceptingPatients',
  'kycStatus',
  'licenseNumber',
  'licenseCountry',
  'licenseExpiresOn',
  'kycDocuments',
  'kycSubmittedAt',
  'kycReviewedAt',
  'kycReviewedBy',
  'kycRejectionReason',
  'ratingTotal',
  'ratingCount',
  'createdAt',
  'updatedAt',
] as const;

export function asDoctor({
  feeAmount,
  feeCurrency,
  ...row
}: Pick<Row, (typeof DOCTOR_COLUMNS)[number]>): Doctor {
  return {
    ...row,
    fee: { amount: feeAmount, currency: feeCurrency as Money['currency'] },
    kycDocuments: row.kycDocuments as unknown as KycDocument[],
  };
}

/** The mean rating to one decimal, or `null` before the first review. */
export function rating({
  ratingTotal,
  ratingCount,
}: Pick<Doctor, 'ratingTotal' | 'ratingCount'>): number | null {
  return ratingCount === 0 ? null : Math.round((ratingTotal / ratingCount) * 10) / 10;
}
