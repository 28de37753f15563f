import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { money } from '#kernel';
import type { Posting } from '../ledger/ledger.service.ts';
import { payingPostings, reservingPostings, takingBackPostings } from './payout-postings.ts';

/** What the postings together do to each account. */
function effect(...postings: Posting[][]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { account, amount } of postings.flat()) {
    sums[account.kind] = (sums[account.kind] ?? 0) + amount.amount;
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
}

describe('the postings of a payout', () => {
  const amounts = fc.record({
    amount: fc.integer({ min: 1, max: 1e9 }),
    owed: fc.nat({ max: 1e9 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('sum to zero, and settle what is owed once', () => {
    fc.assert(
      fc.property(amounts, ({ amount, owed, part }) => {
        const payout = { practitionerId: 'd', provider: 'stripe', amount: money(amount, 'EUR') };
        const debt = money(owed, 'EUR');
        const returned = Math.floor(amount * part);
        const reserved = reservingPostings(payout, debt);
        const back = takingBackPostings(payout, money(returned, 'EUR'));
        for (const transaction of [reserved, payingPostings(payout), back]) {
          expect(transaction.reduce((sum, posting) => sum + posting.amount.amount, 0)).toBe(0);
        }
        expect(effect(reserved, payingPostings(payout), back)).toEqual(
          effect([
            { account: { kind: 'doctor_available' }, amount: money(amount + owed - returned, 'EUR') },
            { account: { kind: 'doctor_receivable' }, amount: money(-owed, 'EUR') },
            { account: { kind: 'provider_clearing' }, amount: money(returned - amount, 'EUR') },
          ]),
        );
      }),
    );
  });
});
