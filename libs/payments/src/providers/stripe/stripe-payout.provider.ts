import { Injectable } from '@nestjs/common';
import { Clock, type Currency, chargeStep, type Money } from '#kernel';
import type {
  AccountSnapshot,
  OnboardingByPage,
  OnboardingLink,
  PayoutProvider,
  TransferSnapshot,
} from '../payout-provider.ts';
import { wholeSecond } from '../whole-second.ts';
import { StripeClient } from './stripe.client.ts';
import { ATTEMPT_ID, accountSnapshot, PAYOUT_ID, transferSnapshot } from './stripe-snapshots.ts';

/** More attempts than a payout will ever have. */
const ALL_TRANSFERS = 100;

/** Stripe Connect, with separate charges and transfers: https://docs.stripe.com/connect/separate-charges-and-transfers */
@Injectable()
export class StripePayoutProvider implements PayoutProvider {
  readonly name = 'stripe';
  readonly onboarding: OnboardingByPage = {
    by: 'page',
    open: (request) => this.#open(request),
    link: (reference, returnUrl) => this.#link(reference, returnUrl),
  };

  constructor(
    private readonly clock: Clock,
    private readonly client: StripeClient,
  ) {}

  async retrieveAccount({ reference }: { reference: string }): Promise<AccountSnapshot> {
    const account = await this.client.ask((stripe) => stripe.accounts.retrieve(reference));
    return accountSnapshot(account, wholeSecond(this.clock));
  }

  transferStep(currency: Currency): number {
    return chargeStep(currency);
  }

  async transfer(request: {
    payoutId: string;
    attemptId: string;
    accountReference: string;
    amount: Money;
  }): Promise<TransferSnapshot> {
    const { payoutId, attemptId, accountReference, amount } = request;
    return this.client.ask(async (stripe) => {
      // An idempotency key is forgotten after a day; what was transferred stays.
      const made = await stripe.transfers.list({ transfer_group: payoutId, limit: ALL_TRANSFERS });
      const same = made.data.find((transfer) => transfer.metadata[ATTEMPT_ID] === attemptId);
      if (same) return transferSnapshot(same);
      return transferSnapshot(
        await stripe.transfers.create(
          {
            amount: amount.amount,
            currency: amount.currency.toLowerCase(),
            destination: accountReference,
            transfer_group: payoutId,
            metadata: { [PAYOUT_ID]: payoutId, [ATTEMPT_ID]: attemptId },
          },
          // Of the attempt, not of the payout: Stripe repeats a refusal for a day, also when the cause is gone.
          { idempotencyKey: `payout-${attemptId}` },
        ),
      );
    });
  }

  async retrieveTransfer(reference: string): Promise<TransferSnapshot> {
    return transferSnapshot(await this.client.ask((stripe) => stripe.transfers.retrieve(reference)));
  }

  async #open(request: { doctorId: string; country: string }): Promise<AccountSnapshot> {
    const { doctorId, country } = request;
    const account = await this.client.ask((stripe) =>
      stripe.accounts.create(
        {
          // The platform bears fees and losses; Stripe asks for what it must know, and shows its dashboard.
          controller: {
            fees: { payer: 'application' },
            losses: { payments: 'application' },
            requirement_collection: 'stripe',
            stripe_dashboard: { type: 'express' },
          },
          capabilities: { transfers: { requested: true } },
          country,
          metadata: { doctor_id: doctorId },
        },
        { idempotencyKey: `account-${doctorId}` },
      ),
    );
    return accountSnapshot(account, wholeSecond(this.clock));
  }

  async #link(reference: string, returnUrl: string): Promise<OnboardingLink> {
    const link = await this.client.ask((stripe) =>
      stripe.accountLinks.create({
        account: reference,
        type: 'account_onboarding',
        return_url: returnUrl,
        refresh_url: returnUrl,
      }),
    );
    return { url: link.url, expiresAt: Temporal.Instant.fromEpochMilliseconds(link.expires_at * 1000) };
  }
}
