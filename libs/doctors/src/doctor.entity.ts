import type { Selectable } from 'kysely';
import type { Money } from '#kernel';
import type { Tables } from '#platform';
import type { CancellationPolicy } from './cancellation-policy.ts';

type Row = Omit<Selectable<Tables['doctors']>, 'searchText' | 'searchWords'>;

/** The public marketplace profile of a member of staff; `id` is the staff member's id. */
export type Doctor = Omit<Row, 'feeAmount' | 'feeCurrency' | 'cancellationPolicy'> & {
  /** What one visit costs. */
  readonly fee: Money;
  /** What calling off a visit costs; `null` for the platform's own policy. */
  readonly cancellationPolicy: CancellationPolicy | null;
};

export type KycStatus = Row['kycStatus'];

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
  'cancellationPolicy',
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
  'ratingTotal',
  'ratingCount',
  'rating',
  'createdAt',
  'updatedAt',
] as const;

export function asDoctor({
  feeAmount,
  feeCurrency,
  cancellationPolicy,
  ...row
}: Pick<Row, (typeof DOCTOR_COLUMNS)[number]>): Doctor {
  return {
    ...row,
    fee: { amount: feeAmount, currency: feeCurrency as Money['currency'] },
    cancellationPolicy: cancellationPolicy as CancellationPolicy | null,
  };
}

/** The day on which a licence must be valid to be valid at this instant: licences end with their last day in UTC. */
export function licensedOn(at: Temporal.Instant): string {
  return at.toZonedDateTimeISO('UTC').toPlainDate().toString();
}

type Licensed = Pick<Doctor, 'kycStatus' | 'licenseExpiresOn'>;

/** The instant at which the doctor's right to see patients ends; long ago for one who has none. */
export function licensedUntil({ kycStatus, licenseExpiresOn }: Licensed): Temporal.Instant {
  if (kycStatus !== 'approved' || licenseExpiresOn === null) return Temporal.Instant.fromEpochMilliseconds(0);
  return Temporal.PlainDate.from(licenseExpiresOn).add({ days: 1 }).toZonedDateTime('UTC').toInstant();
}

/** Whether the doctor may see patients at this instant: approved, with a licence that has not run out by then. */
export function isLicensed(doctor: Licensed, at: Temporal.Instant): boolean {
  return Temporal.Instant.compare(at, licensedUntil(doctor)) < 0;
}
