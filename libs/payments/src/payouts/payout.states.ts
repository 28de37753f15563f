import { stateMachine } from '#kernel';
import type { PayoutStatus } from './payout.entity.ts';

/**
 * `approved` keeps the money back for the payout, `processing` is with the provider and can no longer be called
 * off. What failed lies with the doctor's earnings again, and can be approved anew.
 */
export const payoutStates = stateMachine<PayoutStatus>('payout', {
  draft: ['approved', 'cancelled'],
  approved: ['processing', 'cancelled'],
  processing: ['paid', 'failed'],
  failed: ['approved', 'cancelled'],
  paid: [],
  cancelled: [],
});

/** The payout has the money: it is kept back for it, or is with the doctor. */
export const HOLDING = ['approved', 'processing', 'paid'] as const satisfies readonly PayoutStatus[];
