/** A date as far as it is remembered: `2019`, `2019-05` or `2019-05-04`. */
export const PARTIAL_DATE = /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/;

export interface Allergy {
  readonly substance: string;
  readonly reaction: string | null;
  readonly severity: 'mild' | 'moderate' | 'severe' | null;
}

/**
 * What is known of a person's health from before. A section is `null` when nobody has asked yet, and empty
 * when there is nothing: the two are not the same to a doctor who prescribes. Encrypted at rest.
 */
export interface HistoryContent {
  readonly allergies: readonly Allergy[] | null;
  readonly conditions:
    | readonly { readonly name: string; readonly since: string | null; readonly active: boolean }[]
    | null;
  readonly medications:
    | readonly { readonly name: string; readonly dose: string | null; readonly frequency: string | null }[]
    | null;
  readonly surgeries: readonly { readonly name: string; readonly date: string | null }[] | null;
  readonly family: readonly { readonly relation: string; readonly condition: string }[] | null;
  /** Tobacco, alcohol, work, household: free text. */
  readonly social: string | null;
}

/** The newest version of a chart's history; version 0, by nobody, before anything was written. */
export interface MedicalHistory extends HistoryContent {
  readonly patientId: string;
  readonly version: number;
  readonly recordedBy: string | null;
  readonly recordedAt: Temporal.Instant | null;
}

/** A section of the history. */
export type HistorySection = keyof HistoryContent;

/** One version as it was written, and which sections it changed. */
export interface HistoryVersion extends MedicalHistory {
  readonly recordedByName: string;
  readonly changed: readonly HistorySection[];
}
