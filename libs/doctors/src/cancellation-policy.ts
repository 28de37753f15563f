/** What cancelling a visit costs its patient. Hours are counted back from the start. */
export interface CancellationPolicy {
  /** A patient who cancels at least this many hours before the start gets everything back. */
  readonly freeUntilHours: number;
  /** What a patient gets back who cancels later, in percent of the fee. */
  readonly partialRefundPercent: number;
  /** A patient who cancels less than this many hours before the start gets nothing back. */
  readonly partialUntilHours: number;
}

/** The platform's own, for doctors who have not chosen one. */
export const CANCELLATION_POLICY: CancellationPolicy = {
  freeUntilHours: 24,
  partialRefundPercent: 50,
  partialUntilHours: 0,
};

/**
 * What a doctor may choose: at its strictest everything three days ahead, a quarter until the day before, then
 * nothing. The table of doctors holds the same bounds.
 */
export const CANCELLATION_BOUNDS = {
  freeUntilHours: { from: 0, to: 72 },
  partialRefundPercent: { from: 25, to: 100 },
  partialUntilHours: { from: 0, to: 24 },
} as const satisfies Record<keyof CancellationPolicy, { readonly from: number; readonly to: number }>;
