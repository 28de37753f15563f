import { stateMachine } from '#kernel';
import type { RefundStatus } from './refund.entity.ts';

/** A bank can send money back weeks after the refund succeeded; it can then be refunded again. */
export const refundStates = stateMachine<RefundStatus>('refund', {
  pending: ['succeeded', 'failed'],
  succeeded: ['failed'],
  failed: [],
});
