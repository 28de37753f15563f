import { stateMachine } from '#kernel';
import type { PaymentStatus } from './payment.entity.ts';

/**
 * Providers send what happened more than once and in any order: a move that is not in the table is an old
 * story, and is dropped. `failed` is a declined attempt; the same payment can still succeed with another card.
 * So can a cancelled one, where the provider could not keep somebody from paying: the money goes back, or finds
 * its slot still free.
 * A refund that the bank sends back undoes itself, so `refunded` is not the end.
 */
export const paymentStates = stateMachine<PaymentStatus>('payment', {
  created: ['requires_action', 'processing', 'succeeded', 'failed', 'cancelled'],
  requires_action: ['processing', 'succeeded', 'failed', 'cancelled'],
  processing: ['requires_action', 'succeeded', 'failed', 'cancelled'],
  failed: ['requires_action', 'processing', 'succeeded', 'cancelled'],
  cancelled: ['succeeded'],
  succeeded: ['partially_refunded', 'refunded', 'disputed'],
  partially_refunded: ['succeeded', 'refunded', 'disputed'],
  refunded: ['succeeded', 'partially_refunded'],
  disputed: ['succeeded', 'partially_refunded'],
});

/** No money has come yet, and it still may. */
export function isOpen(status: PaymentStatus): boolean {
  return paymentStates.can(status, 'cancelled');
}
