import { type RawBuilder, sql } from 'kysely';
import type { Period } from '#kernel';
import { containing } from '#platform';

/** What every list of chart records can be narrowed by. Their text is encrypted, so search looks at names. */
export interface ChartFilter {
  readonly patientId?: string;
  /** Matches the patient's name, and the doctor's where the record has one. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
}

/** That the chart in `patient_id` is of somebody of this name. */
export function ofPatientNamed(text: string): RawBuilder<boolean> {
  return sql<boolean>`patient_id in (
    select id from patients where fold(first_name || ' ' || last_name) like fold(${containing(text)}))`;
}
