/** A half-open range of instants; an end that is left out is open. */
export interface Period {
  readonly from?: Temporal.Instant;
  readonly to?: Temporal.Instant;
}
