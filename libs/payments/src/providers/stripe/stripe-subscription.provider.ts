import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import type { Money } from '#kernel';
import type { SoldPlan } from '../../subscriptions/plans.ts';
import { ProviderRefusal, type RefundSnapshot } from '../payment-provider.ts';
import type {
  SubscriptionCheckoutSnapshot,
  SubscriptionPaymentSnapshot,
  SubscriptionProvider,
  SubscriptionSnapshot,
} from '../subscription-provider.ts';
import { StripeClient } from './stripe.client.ts';
import { feeOn, refundSnapshot } from './stripe-snapshots.ts';
import {
  CHECKOUT_ID,
  checkoutSnapshot,
  PLAN,
  subscriptionPaymentSnapshot,
  subscriptionSnapshot,
} from './stripe-subscription-snapshots.ts';

/** As many as Stripe gives at once; more than one payment or one invoice will ever have. */
const PAGE = 100;
const PRODUCT: Readonly<Record<SoldPlan, string>> = { pro: 'Televisit Pro' };

/** Stripe Billing with its own pages: https://docs.stripe.com/billing/subscriptions/build-subscriptions */
@Injectable()
export class StripeSubscriptionProvider implements SubscriptionProvider {
  readonly name = 'stripe';

  constructor(private readonly client: StripeClient) {}

  async createCustomer({ organizationId }: { organizationId: string }): Promise<string> {
    const customer = await this.client.ask((stripe) =>
      stripe.customers.create(
        { metadata: { organization_id: organizationId } },
        { idempotencyKey: `customer-${organizationId}` },
      ),
    );
    return customer.id;
  }

  async openCheckout(request: {
    checkoutId: string;
    organizationId: string;
    customerReference: string;
    plan: SoldPlan;
    price: Money;
    successUrl: string;
    cancelUrl: string;
  }): Promise<SubscriptionCheckoutSnapshot> {
    const { checkoutId, organizationId, customerReference, plan, price, successUrl, cancelUrl } = request;
    const priceReference = await this.#priceOf(plan, price);
    const session = await this.client.ask(
      (stripe) =>
        stripe.checkout.sessions.create(
          {
            mode: 'subscription',
            customer: customerReference,
            client_reference_id: organizationId,
            line_items: [{ price: priceReference, quantity: 1 }],
            metadata: { [CHECKOUT_ID]: checkoutId },
            subscription_data: { metadata: { [CHECKOUT_ID]: checkoutId, organization_id: organizationId } },
            success_url: successUrl,
            cancel_url: cancelUrl,
          },
          { idempotencyKey: `subscription-checkout-${checkoutId}` },
        ),
      // Stripe answers every repeat of the key with the saved failure. Whatever was made, nobody has its address.
      { failureIsFinal: true },
    );
    return checkoutSnapshot(session);
  }

  async retrieveCheckout(reference: string): Promise<SubscriptionCheckoutSnapshot> {
    return checkoutSnapshot(await this.client.ask((stripe) => stripe.checkout.sessions.retrieve(reference)));
  }

  async closeCheckout(reference: string): Promise<SubscriptionCheckoutSnapshot> {
    try {
      return checkoutSnapshot(await this.client.ask((stripe) => stripe.checkout.sessions.expire(reference)));
    } catch (error) {
      // It is not open any more.
      if (!(error instanceof ProviderRefusal)) throw error;
      return this.retrieveCheckout(reference);
    }
  }

  async portalUrl(customerReference: string, returnUrl: string): Promise<string> {
    const session = await this.client.ask((stripe) =>
      stripe.billingPortal.sessions.create({ customer: customerReference, return_url: returnUrl }),
    );
    return session.url;
  }

  async retrieve(reference: string): Promise<SubscriptionSnapshot | null> {
    try {
      return subscriptionSnapshot(
        await this.client.ask((stripe) => stripe.subscriptions.retrieve(reference)),
      );
    } catch (error) {
      if (error instanceof ProviderRefusal && error.code === 'resource_missing') return null;
      throw error;
    }
  }

  async cancel(reference: string): Promise<void> {
    try {
      await this.client.ask((stripe) => stripe.subscriptions.cancel(reference));
    } catch (error) {
      // Stripe does not find one that has ended.
      if (!(error instanceof ProviderRefusal) || error.code !== 'resource_missing') throw error;
    }
  }

  async *payments(
    reference: string,
    knownInvoices: ReadonlySet<string>,
  ): AsyncIterable<SubscriptionPaymentSnapshot> {
    for await (const { id: invoice } of this.#paidInvoices(reference)) {
      if (knownInvoices.has(invoice)) continue;
      const paid = await this.client.ask((stripe) =>
        stripe.invoicePayments.list({ invoice, status: 'paid', limit: PAGE }),
      );
      for (const payment of paid.data) {
        const snapshot = subscriptionPaymentSnapshot(payment);
        if (snapshot) yield snapshot;
      }
    }
  }

  async feeOf(paymentReference: string): Promise<Money | null> {
    const intent = await this.client.ask((stripe) =>
      stripe.paymentIntents.retrieve(paymentReference, { expand: ['latest_charge.balance_transaction'] }),
    );
    return feeOn(intent);
  }

  async refundsOf(paymentReference: string): Promise<RefundSnapshot[]> {
    const { data } = await this.client.ask((stripe) =>
      stripe.refunds.list({ payment_intent: paymentReference, limit: PAGE }),
    );
    return data.map(refundSnapshot);
  }

  async *#paidInvoices(subscription: string): AsyncIterable<Stripe.Invoice> {
    let page: Stripe.PaginationParams = { limit: PAGE };
    for (;;) {
      const { data, has_more } = await this.client.ask((stripe) =>
        stripe.invoices.list({ subscription, status: 'paid', ...page }),
      );
      yield* data;
      const last = data.at(-1);
      if (!has_more || !last) return;
      page = { limit: PAGE, starting_after: last.id };
    }
  }

  /**
   * A price is found by its lookup key, and made when it is not there. Prices do not change at Stripe: a new amount
   * is a new price, and who has subscribed keeps the old one (https://docs.stripe.com/products-prices/manage-prices).
   */
  async #priceOf(plan: SoldPlan, { amount, currency }: Money): Promise<string> {
    const lookupKey = `televisit_${plan}_month_${currency.toLowerCase()}_${amount}`;
    return this.client.ask(async (stripe) => {
      const found = await stripe.prices.list({ lookup_keys: [lookupKey], active: true, limit: 1 });
      const [known] = found.data;
      if (known) return known.id;
      const made = await stripe.prices.create(
        {
          currency: currency.toLowerCase(),
          unit_amount: amount,
          recurring: { interval: 'month' },
          product_data: { name: PRODUCT[plan] },
          lookup_key: lookupKey,
          metadata: { [PLAN]: plan },
        },
        { idempotencyKey: `price-${lookupKey}` },
      );
      return made.id;
    });
  }
}
