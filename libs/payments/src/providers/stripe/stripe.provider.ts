import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { Clock, type Money } from '#kernel';
import { Config } from '#platform';
import {
  type MoneySnapshot,
  type PaymentProvider,
  type PaymentSnapshot,
  type ProviderEvent,
  type ProviderIntent,
  type ProviderNews,
  ProviderRefusal,
  type RefundSnapshot,
  type WebhookHeaders,
} from '../payment-provider.ts';
import { StripeClient } from './stripe.client.ts';
import { verifyStripeSignature } from './stripe-signature.ts';
import {
  disputeSnapshot,
  feeOn,
  newsIn,
  PAYMENT_ID,
  paymentSnapshot,
  providerEvent,
  REFUND_ID,
  refundSnapshot,
} from './stripe-snapshots.ts';

/** More refunds than a payment will ever have. */
const ALL_REFUNDS = 100;
/** As many as Stripe gives at once. */
const PAGE = 100;

/** Stripe (https://docs.stripe.com/api) by its own SDK; in development the sandbox that speaks the same wire. */
@Injectable()
export class StripeProvider implements PaymentProvider {
  readonly name = 'stripe';
  readonly publishableKey: string;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly client: StripeClient,
  ) {
    this.publishableKey = config.env.STRIPE_PUBLISHABLE_KEY;
  }

  async createIntent(request: {
    paymentId: string;
    appointmentId: string;
    amount: Money;
  }): Promise<ProviderIntent> {
    const { paymentId, appointmentId, amount } = request;
    const intent = await this.client.ask(
      (stripe) =>
        stripe.paymentIntents.create(
          {
            amount: amount.amount,
            currency: amount.currency.toLowerCase(),
            metadata: { [PAYMENT_ID]: paymentId, appointment_id: appointmentId },
          },
          { idempotencyKey: `payment-${paymentId}` },
        ),
      // Stripe answers every repeat of the key with the saved failure. Whatever was made, nobody has its secret.
      { failureIsFinal: true },
    );
    return this.#intent(intent);
  }

  async retrieveIntent(reference: string): Promise<ProviderIntent> {
    return this.#intent(await this.client.ask((stripe) => stripe.paymentIntents.retrieve(reference)));
  }

  async collect(reference: string): Promise<PaymentSnapshot> {
    return paymentSnapshot(await this.client.ask((stripe) => stripe.paymentIntents.retrieve(reference)));
  }

  async closeIntent(reference: string): Promise<PaymentSnapshot> {
    try {
      const cancelled = await this.client.ask((stripe) =>
        stripe.paymentIntents.cancel(reference, { cancellation_reason: 'abandoned' }),
      );
      return paymentSnapshot(cancelled);
    } catch (error) {
      if (!(error instanceof ProviderRefusal) || error.code !== 'payment_intent_unexpected_state')
        throw error;
      return this.retrieveIntent(reference);
    }
  }

  async feeOf(reference: string): Promise<Money | null> {
    const intent = await this.client.ask((stripe) =>
      stripe.paymentIntents.retrieve(reference, { expand: ['latest_charge.balance_transaction'] }),
    );
    return feeOn(intent);
  }

  async refund(request: {
    refundId: string;
    paymentReference: string;
    amount: Money;
  }): Promise<RefundSnapshot> {
    const { refundId, paymentReference, amount } = request;
    return this.client.ask(async (stripe) => {
      // An idempotency key is forgotten after a day and keeps failures till then; what was refunded stays.
      const made = await stripe.refunds.list({ payment_intent: paymentReference, limit: ALL_REFUNDS });
      const same = made.data.find((refund) => refund.metadata?.[REFUND_ID] === refundId);
      if (same) return refundSnapshot(same);
      return refundSnapshot(
        await stripe.refunds.create(
          {
            payment_intent: paymentReference,
            amount: amount.amount,
            metadata: { [REFUND_ID]: refundId },
          },
          { idempotencyKey: `refund-${refundId}` },
        ),
      );
    });
  }

  /** Stripe's code hands nothing over that proves anything. */
  verifyHandover(): void {}

  async *since(instant: Temporal.Instant): AsyncIterable<MoneySnapshot> {
    const created = { gte: Math.floor(instant.epochMilliseconds / 1000) };
    yield* this.#every((stripe, page) => stripe.paymentIntents.list({ created, ...page }), paymentSnapshot);
    yield* this.#every((stripe, page) => stripe.refunds.list({ created, ...page }), refundSnapshot);
    yield* this.#every(
      (stripe, page) => stripe.disputes.list({ created, ...page }),
      (dispute) => disputeSnapshot(dispute, this.clock.now()),
    );
  }

  recognizes(headers: WebhookHeaders): boolean {
    return typeof headers['stripe-signature'] === 'string';
  }

  verifyWebhook(rawBody: Uint8Array, headers: WebhookHeaders): ProviderEvent {
    verifyStripeSignature(
      rawBody,
      String(headers['stripe-signature']),
      this.config.env.STRIPE_WEBHOOK_SECRETS,
      this.clock.now(),
    );
    return providerEvent(parsed(rawBody));
  }

  readWebhook(rawBody: Uint8Array): ProviderNews | null {
    return newsIn(parsed(rawBody) as Stripe.Event);
  }

  /** All pages of a list, oldest page last. */
  async *#every<Listed extends { id: string }, Snapshot>(
    list: (stripe: Stripe, page: Stripe.PaginationParams) => Promise<{ data: Listed[]; has_more: boolean }>,
    snapshot: (listed: Listed) => Snapshot,
  ): AsyncIterable<Snapshot> {
    let page: Stripe.PaginationParams = { limit: PAGE };
    for (;;) {
      const { data, has_more } = await this.client.ask((stripe) => list(stripe, page));
      for (const listed of data) yield snapshot(listed);
      const last = data.at(-1);
      if (!has_more || !last) return;
      page = { limit: PAGE, starting_after: last.id };
    }
  }

  #intent(intent: Stripe.PaymentIntent): ProviderIntent {
    const clientSecret = intent.client_secret;
    if (clientSecret === null) throw new Error(`Stripe gave no client secret for ${intent.id}.`);
    const sandbox = this.config.env.STRIPE_API_URL;
    return {
      ...paymentSnapshot(intent),
      clientSecret,
      checkoutUrl: sandbox ? new URL(`/pay/${clientSecret}`, sandbox).href : null,
    };
  }
}

function parsed(rawBody: Uint8Array): unknown {
  return JSON.parse(Buffer.from(rawBody).toString('utf8'));
}
