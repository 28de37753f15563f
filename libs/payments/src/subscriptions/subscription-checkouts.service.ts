import { Injectable } from '@nestjs/common';
import { type Doctor, DoctorsService } from '#doctors';
import { type Actor, Clock, type Currency, type Money, type UserActor } from '#kernel';
import { Config } from '#platform';
import {
  checkoutContended,
  isProviderUnavailable,
  nothingToManage,
  paymentRefused,
  planNotSold,
  planNotSoldIn,
} from '../payments.errors.ts';
import { ProviderRefusal } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import type {
  SubscriptionCheckoutSnapshot,
  SubscriptionProvider,
} from '../providers/subscription-provider.ts';
import { assertMayReturnTo } from '../return-url.policy.ts';
import { PlanCatalogue, type SoldPlan } from './plans.ts';
import {
  type CheckoutWish,
  type SubscriptionCheckout,
  SubscriptionCheckoutRecords,
} from './subscription-checkout-records.ts';
import { SubscriptionSettlementService } from './subscription-settlement.service.ts';

/** How often one page is given up for another, when somebody else wants another one again each time. */
const TRIES = 3;
/** Longer than the provider is waited for. */
const MAKING_SECONDS = 60;

export interface CheckoutRequest {
  readonly currency?: Currency;
  /** Where the browser goes when it is done, or given up; of an allowed origin. The server's own address when absent. */
  readonly successUrl?: string;
  readonly cancelUrl?: string;
}

/** A page of the provider on which one subscribes. */
export interface OpenCheckout {
  readonly id: string;
  readonly plan: SoldPlan;
  /** For a month. */
  readonly price: Money;
  readonly url: string;
  readonly expiresAt: Temporal.Instant;
}

/** A doctor subscribes, changes the card or cancels: on pages of the provider. */
@Injectable()
export class SubscriptionCheckoutsService {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly doctors: DoctorsService,
    private readonly plans: PlanCatalogue,
    private readonly providers: PaymentProviders,
    private readonly records: SubscriptionCheckoutRecords,
    private readonly settlement: SubscriptionSettlementService,
  ) {}

  /**
   * Opens a page on which the doctor's practice subscribes to Pro; again, the same page while it is open and the same
   * is wanted, otherwise another one in its place. So one subscription comes of it, however often one asks.
   * @throws not_found `doctor_not_found`; invalid `plan_not_sold_in_currency`, `return_url_not_allowed`; conflict
   *   `already_subscribed`, `checkout_contended`, `payment_refused`, `plan_not_sold`; unavailable
   *   `payment_provider_unavailable`
   */
  async open(actor: UserActor, { currency, successUrl, cancelUrl }: CheckoutRequest): Promise<OpenCheckout> {
    const { BASE_URL } = this.config.env;
    for (const url of [successUrl, cancelUrl]) if (url) assertMayReturnTo(this.config, url);
    const doctor = await this.doctors.own(actor);
    const provider = this.providers.subscriptions;
    const wish: CheckoutWish = {
      organizationId: doctor.organizationId,
      plan: 'pro',
      price: this.#price(doctor, currency),
      successUrl: successUrl ?? BASE_URL,
      cancelUrl: cancelUrl ?? BASE_URL,
    };
    for (let tries = 0; tries < TRIES; tries += 1) {
      const checkout = await this.records.open(actor, provider.name, wish);
      const page = await this.#pageOf(actor, provider, checkout, wish);
      if (!page?.url) continue;
      const { plan, price } = wish;
      return { id: checkout.id, plan, price, url: page.url, expiresAt: page.expiresAt };
    }
    throw checkoutContended();
  }

  /**
   * A page on which one changes the card or cancels. What is done there is told by webhook.
   * @throws not_found `doctor_not_found`; invalid `return_url_not_allowed`; conflict `nothing_to_manage`; unavailable
   *   `payment_provider_unavailable`
   */
  async portal(actor: UserActor, returnUrl: string = this.config.env.BASE_URL): Promise<string> {
    assertMayReturnTo(this.config, returnUrl);
    const { organizationId } = await this.doctors.own(actor);
    const provider = this.providers.subscriptions;
    const customer = await this.records.customerOf(organizationId, provider.name);
    if (!customer) throw nothingToManage();
    return refusalsTold(provider.portalUrl(customer, returnUrl));
  }

  /** Asks the provider what became of the practice's open page, if there is one. */
  async lookAfter(actor: Actor, organizationId: string): Promise<void> {
    const checkout = await this.records.openOf(organizationId);
    if (!checkout?.providerReference) return;
    const provider = this.providers.subscriptionsBy(checkout.provider);
    try {
      await this.#settle(actor, checkout, await provider.retrieveCheckout(checkout.providerReference));
    } catch (error) {
      if (!isProviderUnavailable(error)) throw error;
    }
  }

  #price({ fee }: Doctor, currency: Currency | undefined): Money {
    const { usualPrice } = this.plans;
    if (!usualPrice) throw planNotSold();
    const price = this.plans.priceIn(currency ?? fee.currency);
    if (currency && !price) throw planNotSoldIn(currency);
    return price ?? usualPrice;
  }

  /** The page, while it is open and what is wanted; otherwise it is over now, and there may be another one. */
  async #pageOf(
    actor: UserActor,
    provider: SubscriptionProvider,
    checkout: SubscriptionCheckout,
    wish: CheckoutWish,
  ): Promise<SubscriptionCheckoutSnapshot | undefined> {
    const isWanted = isSame(checkout, wish);
    if (!isWanted && checkout.providerReference === null) {
      if (this.#isBeingMade(checkout)) throw checkoutContended();
      // The answer that named it was lost: nobody has its address.
      await this.records.giveUp(checkout.id);
      return undefined;
    }
    let page = checkout.providerReference
      ? await provider.retrieveCheckout(checkout.providerReference)
      : await this.#makeAt(actor, provider, checkout, wish);
    if (isWanted && page?.status === 'open') return page;
    if (page?.status === 'open') page = await provider.closeCheckout(page.reference);
    if (page) await this.#settle(actor, checkout, page);
    return undefined;
  }

  #isBeingMade({ createdAt }: SubscriptionCheckout): boolean {
    return Temporal.Instant.compare(this.clock.now(), createdAt.add({ seconds: MAKING_SECONDS })) < 0;
  }

  async #makeAt(
    actor: UserActor,
    provider: SubscriptionProvider,
    { id: checkoutId }: SubscriptionCheckout,
    wish: CheckoutWish,
  ): Promise<SubscriptionCheckoutSnapshot | undefined> {
    try {
      const customerReference = await this.#customerOf(actor, provider, wish.organizationId);
      const page = await provider.openCheckout({ ...wish, checkoutId, customerReference });
      const kept = await this.records.keep(checkoutId, { providerReference: page.reference });
      if (kept.status === 'open') return page;
      // Somebody wanted another one in the meantime.
      await provider.closeCheckout(page.reference);
      return undefined;
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
      // The next try is a new page, with a new id: the provider repeats its answer to this one.
      await this.records.giveUp(checkoutId);
      throw paymentRefused(error.code);
    }
  }

  async #customerOf(
    actor: UserActor,
    provider: SubscriptionProvider,
    organizationId: string,
  ): Promise<string> {
    const known = await this.records.customerOf(organizationId, provider.name);
    if (known) return known;
    const made = await provider.createCustomer({ organizationId });
    return this.records.keepCustomer(actor, organizationId, provider.name, made);
  }

  /** The subscription first: as long as it does not stand here, its page counts as open. */
  async #settle(
    actor: Actor,
    { id, provider }: SubscriptionCheckout,
    { status, subscriptionReference }: SubscriptionCheckoutSnapshot,
  ): Promise<void> {
    if (status === 'open') return;
    if (subscriptionReference) await this.settlement.follow(actor, provider, subscriptionReference);
    await this.records.keep(id, { status });
  }
}

function isSame(
  checkout: SubscriptionCheckout,
  { plan, price, successUrl, cancelUrl }: CheckoutWish,
): boolean {
  return (
    checkout.plan === plan &&
    checkout.amount === price.amount &&
    checkout.currency === price.currency &&
    checkout.successUrl === successUrl &&
    checkout.cancelUrl === cancelUrl
  );
}

async function refusalsTold<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof ProviderRefusal ? paymentRefused(error.code) : error;
  }
}
