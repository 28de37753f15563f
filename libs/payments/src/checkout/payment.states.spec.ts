import { describe, it } from 'node:test';
import { expect } from 'expect';
import { refundStates } from '../refunds/refund.states.ts';
import { isOpen, paymentStates } from './payment.states.ts';

describe('the states of payments and refunds', () => {
  it('are open as long as nothing has been paid and something may be', () => {
    const open = Object.keys(paymentStates.moves).filter((status) => isOpen(status as 'created'));
    expect(open).toEqual(['created', 'requires_action', 'processing', 'failed']);
  });

  it('drop what comes late: nothing leads back from paid to unpaid, and out of cancelled only money', () => {
    for (const paid of ['succeeded', 'partially_refunded', 'refunded', 'disputed'] as const) {
      for (const unpaid of ['created', 'requires_action', 'processing', 'failed', 'cancelled'] as const) {
        expect(paymentStates.can(paid, unpaid)).toBe(false);
      }
    }
    expect(paymentStates.moves.cancelled).toEqual(['succeeded']);
    expect(refundStates.can('failed', 'succeeded')).toBe(false);
  });
});
