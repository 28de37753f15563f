/** A half-open range of instants; an end that is left out is open. */
export interface Period {
  readonly from?: Temporal.Instant;
  readonly to?: Temporal.Instant;
}

/** What every list of chart records can be narrowed by. Their text is encrypted, so search looks at names. */
export interface ChartFilter {
  readonly patientId?: string;
  readonly created?: Period;
  readonly updated?: Period;
}
