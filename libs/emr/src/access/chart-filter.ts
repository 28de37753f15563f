import type { Period } from '#kernel';

/** What every list of chart records can be narrowed by. Their text is encrypted, so search looks at names. */
export interface ChartFilter {
  readonly patientId?: string;
  readonly created?: Period;
  readonly updated?: Period;
}
