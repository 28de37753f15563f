import type { Selectable } from 'kysely';
import type { Tables } from '#platform';
import type { Diagnosis } from '../encounters/encounter.entity.ts';
import type { PrescriptionItem } from './prescription-document.ts';

export type { PrescriptionItem } from './prescription-document.ts';

type Row = Selectable<Tables['prescriptions']>;

export type PrescriptionStatus = Row['status'];

/** What the doctor prescribes. Health text: encrypted at rest. */
export interface PrescriptionContent {
  readonly items: readonly PrescriptionItem[];
  /** What the patient should do besides taking the medicines. */
  readonly advice: string | null;
  /** Why a medicine is prescribed although the patient is recorded as allergic to it. */
  readonly allergyOverrideReason: string | null;
  /** Why a medicine is prescribed that another prescription of the patient's has already. */
  readonly duplicateOverrideReason: string | null;
}

/**
 * Who prescribed for whom, as it was on the day of issue: a doctor who moves or a patient who marries does
 * not change what was signed.
 */
export interface Letterhead {
  readonly practice: {
    readonly name: string;
    readonly address: readonly string[];
    readonly phone: string | null;
    readonly email: string | null;
    readonly country: string;
    readonly timeZone: string;
  };
  readonly doctor: {
    readonly name: string;
    readonly qualifications: string | null;
    readonly licenceNumber: string;
    readonly licenceCountry: string;
  };
  readonly patient: {
    readonly name: string;
    readonly dateOfBirth: string | null;
    readonly sex: string | null;
    readonly weight: string | null;
    readonly allergies: readonly string[] | null;
  };
  readonly diagnoses: readonly Diagnosis[];
}

/** What is kept encrypted of a prescription; the letterhead joins it when it is issued. */
export interface SealedPrescription extends PrescriptionContent {
  readonly letterhead: Letterhead | null;
}

export interface Prescription
  extends Omit<Row, 'content' | 'cancellationReason' | 'verificationCode'>,
    SealedPrescription {
  readonly patientName: string;
  readonly practitionerName: string;
  readonly cancellationReason: string | null;
  readonly verification: {
    readonly code: string;
    /** The public page that tells whether the prescription is genuine and still stands. */
    readonly url: string;
  };
}
