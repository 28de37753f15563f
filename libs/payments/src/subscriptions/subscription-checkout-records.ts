import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { AuditService } from '#audit';
import { Clock, type Money, newId, type UserActor } from '#kernel';
import { Database, type Tables, Transactional } from '#platform';
import { alreadySubscribed } from '../payments.errors.ts';
import type { SoldPlan } from './plans.ts';
import { ENDED } from './subscription.states.ts';

export type SubscriptionCheckout = Selectable<Tables['subscriptionCheckouts']>;

/** What somebody wants to subscribe to, and where their browser goes afterwards. */
export interface CheckoutWish {
  readonly organizationId: string;
  readonly plan: SoldPlan;
  readonly price: Money;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

/** The rows of pages on which practices subscribe, and of whom the provider charges for them. */
@Injectable()
export class SubscriptionCheckoutRecords {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {}

  /** The practice's open page, whatever it is for. */
  async openOf(organizationId: string): Promise<SubscriptionCheckout | undefined> {
    return this.database.query
      .selectFrom('subscriptionCheckouts')
      .selectAll()
      .where('organizationId', '=', organizationId)
      .where('status', '=', 'open')
      .executeTakeFirst();
  }

  /**
   * The practice's open page, made now or earlier. It stands before the provider is asked, so nothing is lost.
   * @throws conflict `already_subscribed`
   */
  @Transactional()
  async open(actor: UserActor, provider: string, wish: CheckoutWish): Promise<SubscriptionCheckout> {
    const { organizationId, plan, price, successUrl, cancelUrl } = wish;
    const now = this.clock.now();
    const id = newId();
    const inserted = await this.database.query
      .insertInto('subscriptionCheckouts')
      .values({
        id,
        organizationId,
        plan,
        amount: price.amount,
        currency: price.currency,
        successUrl,
        cancelUrl,
        provider,
        status: 'open',
        createdBy: actor.userId,
        createdAt: now,
        updatedAt: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    // After the insert: a page that was open until now is over only when its subscription stands here.
    await this.#assertNotSubscribed(organizationId);
    if (inserted) {
      await this.audit.record(actor, {
        action: 'subscription.checkout_opened',
        resource: 'subscription_checkout',
        resourceId: id,
        organizationId,
      });
    }
    return inserted ?? (await this.openOf(organizationId)) ?? this.open(actor, provider, wish);
  }

  /** Where a page stands, with the provider's id of it, which does not change. */
  async keep(
    id: string,
    changes: Partial<Pick<SubscriptionCheckout, 'providerReference' | 'status'>>,
  ): Promise<SubscriptionCheckout> {
    return this.database.query
      .updateTable('subscriptionCheckouts')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
  }

  /** Nobody has the address of a page that the provider has not named, and nobody will. */
  async giveUp(id: string): Promise<void> {
    await this.database.query
      .updateTable('subscriptionCheckouts')
      .set({ status: 'expired', updatedAt: this.clock.now() })
      .where('id', '=', id)
      .where('status', '=', 'open')
      .where('providerReference', 'is', null)
      .execute();
  }

  /** Whom the provider charges for a practice. */
  async customerOf(organizationId: string, provider: string): Promise<string | undefined> {
    const row = await this.database.query
      .selectFrom('subscriptionCustomers')
      .select('providerReference')
      .where('organizationId', '=', organizationId)
      .where('provider', '=', provider)
      .executeTakeFirst();
    return row?.providerReference;
  }

  /** Of two who opened one at the same time the first stays. @returns the one that stays */
  async keepCustomer(
    actor: UserActor,
    organizationId: string,
    provider: string,
    providerReference: string,
  ): Promise<string> {
    await this.database.query
      .insertInto('subscriptionCustomers')
      .values({
        organizationId,
        provider,
        providerReference,
        userId: actor.userId,
        createdAt: this.clock.now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return (await this.customerOf(organizationId, provider)) ?? providerReference;
  }

  async #assertNotSubscribed(organizationId: string): Promise<void> {
    const row = await this.database.query
      .selectFrom('subscriptions')
      .select(['id', 'status'])
      .where('organizationId', '=', organizationId)
      .where('provider', 'is not', null)
      .where('status', 'not in', ENDED)
      .executeTakeFirst();
    if (row) throw alreadySubscribed(row.id, row.status);
  }
}
