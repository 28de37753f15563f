import { stateMachine } from '#kernel';
import type { Payment, PaymentStatus } from './payment.entity.ts';

/**
 * Providers send what happened more than once and in any order: a move that is not in the table is an old
 * story, and is dropped. `failed` is a declined attempt; the same payment can still succeed with another card.
 * So can a cancelled one, where the provider could not keep somebody from paying: the money goes back, or finds
 * its slot still free.
 * A refund that the bank sends back undoes itself, so `refunded` is not the end. `disputed` is one while the
 * dispute is open, and the end when it was lost.
 */
export const paymentStates = stateMachine<PaymentStatus>('payment', {
  created: ['requires_action', 'processing', 'succeeded', 'failed', 'cancelled'],
  requires_action: ['processing', 'succeeded', 'failed', 'cancelled'],
  processing: ['requires_action', 'succeeded', 'failed', 'cancelled'],
  failed: ['requires_action', 'processing', 'succeeded', 'cancelled'],
  cancelled: ['succeeded'],
  succeeded: ['partially_refunded', 'refunded', 'disputed'],
  partially_refunded: ['succeeded', 'refunded', 'disputed'],
  refunded: ['succeeded', 'partially_refunded', 'disputed'],
  disputed: ['succeeded', 'partially_refunded', 'refunded'],
});

/** No money has come yet, and it still may. */
export function isOpen(status: PaymentStatus): boolean {
  return paymentStates.can(status, 'cancelled');
}

/** Something can be given back. Not while or after the bank does that itself. */
export function isRefundable(status: PaymentStatus): boolean {
  return status === 'succeeded' || status === 'partially_refunded';
}

/** Where a payment stands that has been paid. */
export function standing(
  { amount, refunded }: Pick<Payment, 'amount' | 'refunded'>,
  isDisputed: boolean,
): PaymentStatus {
  if (isDisputed) return 'disputed';
  if (refunded.amount === 0) return 'succeeded';
  return refunded.amount === amount.amount ? 'refunded' : 'partially_refunded';
}
