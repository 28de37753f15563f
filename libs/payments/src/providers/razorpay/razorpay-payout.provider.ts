import { Injectable } from '@nestjs/common';
import { Clock, type Currency, chargeStep, type Money } from '#kernel';
import type { AccountSnapshot, PayoutProvider, TransferSnapshot } from '../payout-provider.ts';
import { wholeSecond } from '../whole-second.ts';
import { RazorpayClient } from './razorpay.client.ts';
import { AccountEntity, ProductEntity, TransferEntity } from './razorpay-entities.ts';
import { RazorpayOnboarding } from './razorpay-onboarding.ts';
import {
  ATTEMPT_ID,
  emptyAccount,
  PAYOUT_ID,
  productSnapshot,
  suspendedAccount,
  transferSnapshot,
} from './razorpay-payout-snapshots.ts';

/** Razorpay's clock and ours need not agree. */
const CLOCKS_DIFFER_SECONDS = 3600;

/** Razorpay Route: transfers from the platform's balance to linked accounts (https://razorpay.com/docs/payments/route/). */
@Injectable()
export class RazorpayPayoutProvider implements PayoutProvider {
  readonly name = 'razorpay';
  readonly onboarding: RazorpayOnboarding;

  constructor(
    private readonly clock: Clock,
    private readonly client: RazorpayClient,
  ) {
    this.onboarding = new RazorpayOnboarding(clock, client);
  }

  async retrieveAccount({
    reference,
    detailsReference,
  }: {
    reference: string;
    detailsReference: string | null;
  }): Promise<AccountSnapshot> {
    const path = `/accounts/${reference}`;
    const { status } = await this.client.ask(AccountEntity, { version: 'v2', method: 'GET', path });
    const now = wholeSecond(this.clock);
    if (status === 'suspended') return suspendedAccount(reference, now);
    if (detailsReference === null) return emptyAccount(reference, now);
    const product = await this.client.ask(ProductEntity, {
      version: 'v2',
      method: 'GET',
      path: `${path}/products/${detailsReference}`,
    });
    return productSnapshot(reference, product, now);
  }

  transferStep(currency: Currency): number {
    return chargeStep(currency);
  }

  async transfer(request: {
    payoutId: string;
    attemptId: string;
    since: Temporal.Instant;
    accountReference: string;
    amount: Money;
  }): Promise<TransferSnapshot> {
    const { payoutId, attemptId, since, accountReference, amount } = request;
    // How long an idempotency key is remembered is not said; what was transferred stays.
    const query = { from: String(Math.floor(since.epochMilliseconds / 1000) - CLOCKS_DIFFER_SECONDS) };
    for await (const made of this.client.all(TransferEntity, { path: '/transfers', query })) {
      if (made.notes[ATTEMPT_ID] === attemptId) return transferSnapshot(made);
    }
    const transfer = await this.client.ask(TransferEntity, {
      method: 'POST',
      path: '/transfers',
      body: {
        account: accountReference,
        amount: amount.amount,
        currency: amount.currency,
        notes: { [PAYOUT_ID]: payoutId, [ATTEMPT_ID]: attemptId },
      },
      idempotency: { header: 'X-Transfer-Idempotency', key: attemptId },
    });
    return transferSnapshot(transfer);
  }

  async retrieveTransfer(reference: string): Promise<TransferSnapshot> {
    const path = `/transfers/${reference}`;
    return transferSnapshot(await this.client.ask(TransferEntity, { method: 'GET', path }));
  }
}
