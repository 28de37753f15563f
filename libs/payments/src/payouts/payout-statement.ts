import type { Payout } from './payout.entity.ts';
import type { PayoutLine, PayoutSums } from './payout-line.entity.ts';

/** What stands on the statement of a payout. It names visits by their day and number, never the patient. */
export interface PayoutStatement {
  readonly payout: Payout;
  readonly sums: PayoutSums;
  readonly lines: readonly PayoutLine[];
  readonly doctor: { readonly name: string; readonly timeZone: string };
  readonly practice: { readonly name: string; readonly country: string; readonly address: string | null };
}
