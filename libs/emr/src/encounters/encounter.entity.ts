import type { Selectable } from 'kysely';
import type { Tables } from '#platform';
import type { Measurements } from '../vitals/vitals.entity.ts';

type Row = Selectable<Tables['encounters']>;

export type EncounterStatus = Row['status'];

/** The shape of an ICD-10 code, of the WHO's edition and of the national ones: `J06.9`, `S52.521A`. */
export const ICD_10 = /^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$/;

export interface Diagnosis {
  readonly code: string;
  readonly system: 'icd-10';
  readonly description: string;
}

/** What the doctor writes down of a visit. Health text: encrypted at rest. */
export interface EncounterContent {
  readonly chiefComplaint: string;
  /** SOAP: what the patient tells, what the doctor finds, what it is, what is done. */
  readonly subjective: string;
  readonly objective: string;
  readonly assessment: string;
  readonly plan: string;
  readonly diagnoses: readonly Diagnosis[];
  /** Taken in this visit, and signed with it. */
  readonly vitals: Measurements | null;
}

/** The record of one visit. */
export interface Encounter extends Omit<Row, 'content'>, EncounterContent {
  readonly patientName: string;
  readonly practitionerName: string;
}

/** What was signed, word for word, and why it was signed again. Version 1 has no reason. */
export interface SignedEncounter extends EncounterContent {
  readonly version: number;
  readonly signedBy: string;
  readonly signedAt: Temporal.Instant;
  readonly amendmentReason: string | null;
}
