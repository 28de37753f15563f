import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import type Stripe from 'stripe';
import { StripeApiError } from './errors.ts';
import { startWorld, type World } from './sandbox-for-tests.ts';

describe('the life of an intent', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    world.sandbox.control.loseNext('all');
  });
  after(() => world.close());

  it('is paid at most once and gives back at most what was paid, whatever is tried in whatever order', async () => {
    const step = fc.oneof(
      fc
        .constantFrom(
          'pm_card_visa',
          'pm_card_chargeDeclined',
          'pm_card_authenticationRequired',
          'pm_sandbox_processing',
          'pm_card_pendingRefund',
        )
        .map((card) => ({ pay: card })),
      fc.boolean().map((passed) => ({ passed })),
      fc.constantFrom('succeeded' as const, 'failed' as const).map((outcome) => ({ outcome })),
      fc.integer({ min: 1, max: 700 }).map((refund) => ({ refund })),
      fc.constantFrom('succeeded' as const, 'failed' as const).map((settleRefund) => ({ settleRefund })),
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const { control } = world.sandbox;
      const { id } = await world.stripe.paymentIntents.create({ amount: 1000, currency: 'eur' });
      const refunds: Stripe.Refund[] = [];
      for (const one of steps) {
        refused(() => {
          if ('pay' in one) control.pay(id, one.pay);
          else if ('passed' in one) control.authenticate(id, one.passed);
          else if ('outcome' in one) control.settleIntent(id, one.outcome);
          else if ('refund' in one) refunds.push(control.refund(id, one.refund));
          else if (refunds[0] !== undefined) control.settleRefund(refunds[0].id, one.settleRefund);
        });
      }
      const { data } = await world.stripe.charges.list({ payment_intent: id, limit: 100 });
      const paid = data.filter((charge) => charge.status === 'succeeded');
      const intent = await world.stripe.paymentIntents.retrieve(id);
      expect(paid.length).toBe(intent.status === 'succeeded' ? 1 : 0);
      expect(intent.amount_received).toBe(paid.length * 1000);
      const returned = refunds
        .filter((refund) => refund.status !== 'failed')
        .reduce((sum, refund) => sum + refund.amount, 0);
      expect(paid[0]?.amount_refunded ?? 0).toBe(returned);
      expect(returned).toBeLessThanOrEqual(1000);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

/** Runs a step that Stripe may refuse; any other error is one. */
function refused(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof StripeApiError)) throw error;
  }
}
