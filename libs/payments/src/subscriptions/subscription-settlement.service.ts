import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { AuditService } from '#audit';
import { type Actor, Clock, newId } from '#kernel';
import { Database, Jobs, type Tables } from '#platform';
import { SubscriptionPastDue } from '../events.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import type { SubscriptionSnapshot } from '../providers/subscription-provider.ts';
import type { SoldPlan } from './plans.ts';
import { subscriptionStates } from './subscription.states.ts';
import { SubscriptionMoneyService } from './subscription-money.service.ts';

type Row = Selectable<Tables['subscriptions']>;
type OwnSnapshot = SubscriptionSnapshot & { readonly plan: SoldPlan };

/**
 * Brings a subscription to where its provider says it is. What webhooks tell is only that something has changed:
 * the provider is asked each time, and of two answers the one that was asked for later stands. So it does not matter
 * in which order webhooks come, how often, or whether one is missing.
 */
@Injectable()
export class SubscriptionSettlementService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly providers: PaymentProviders,
    private readonly money: SubscriptionMoneyService,
  ) {}

  /**
   * Asks the provider, and takes in what it says, with the money that has come. Nothing happens for a subscription
   * that is not of ours.
   * @throws unavailable `payment_provider_unavailable`
   */
  async follow(actor: Actor, provider: string, reference: string): Promise<void> {
    const asOf = this.clock.now();
    const snapshot = await this.providers.subscriptionsBy(provider).retrieve(reference);
    if (!isOwn(snapshot)) return;
    const row = await this.database.transaction(() => this.#apply(actor, provider, snapshot, asOf));
    if (row) await this.money.takeIn(row);
  }

  async #apply(
    actor: Actor,
    provider: string,
    snapshot: OwnSnapshot,
    asOf: Temporal.Instant,
  ): Promise<Row | undefined> {
    const customer = await this.database.query
      .selectFrom('subscriptionCustomers')
      .select(['organizationId', 'userId'])
      .where('provider', '=', provider)
      .where('providerReference', '=', snapshot.customerReference)
      .executeTakeFirst();
    if (!customer) return undefined;
    const { organizationId } = customer;
    const now = this.clock.now();
    const inserted = await this.database.query
      .insertInto('subscriptions')
      .values({
        ...columnsOf(snapshot),
        ...customer,
        id: newId(),
        provider,
        providerReference: snapshot.reference,
        asOf,
        createdAt: now,
        updatedAt: now,
      })
      .onConflict((conflict) => conflict.columns(['provider', 'providerReference']).doNothing())
      .returningAll()
      .executeTakeFirst();
    const row = inserted ?? (await this.#locked(provider, snapshot.reference));
    const changed = inserted ? undefined : await this.#change(row, snapshot, asOf);
    if (snapshot.checkoutId) await this.#completeCheckout(snapshot.checkoutId, organizationId);
    const isMoved = inserted || (changed && changed.status !== row.status);
    if (isMoved) {
      await this.audit.record(actor, {
        action: `subscription.${snapshot.status}`,
        resource: 'subscription',
        resourceId: row.id,
        organizationId,
      });
    }
    if (isMoved && snapshot.status === 'past_due') {
      await this.jobs.publish(SubscriptionPastDue, {
        subscriptionId: row.id,
        userId: row.userId,
        periodEndsAt: snapshot.periodEndsAt.toString(),
      });
    }
    return row;
  }

  async #locked(provider: string, reference: string): Promise<Row> {
    return this.database.query
      .selectFrom('subscriptions')
      .selectAll()
      .where('provider', '=', provider)
      .where('providerReference', '=', reference)
      .forUpdate()
      .executeTakeFirstOrThrow();
  }

  /** @returns undefined when nothing is to be changed: an older answer, or one that cannot be */
  async #change(row: Row, snapshot: OwnSnapshot, asOf: Temporal.Instant): Promise<Row | undefined> {
    const isOld = Temporal.Instant.compare(asOf, row.asOf) < 0;
    const canBe = row.status === snapshot.status || subscriptionStates.can(row.status, snapshot.status);
    if (isOld || !canBe) return undefined;
    const columns = columnsOf(snapshot);
    const isSame = Object.entries(columns).every(
      ([name, value]) => String(value) === String(row[name as keyof typeof columns]),
    );
    return this.database.query
      .updateTable('subscriptions')
      .set({ ...columns, asOf, ...(!isSame && { updatedAt: this.clock.now() }) })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
  }

  /** In the transaction in which the subscription comes to stand here: no other page is opened before. */
  async #completeCheckout(id: string, organizationId: string): Promise<void> {
    await this.database.query
      .updateTable('subscriptionCheckouts')
      .set({ status: 'completed', updatedAt: this.clock.now() })
      .where('id', '=', id)
      .where('organizationId', '=', organizationId)
      .where('status', '=', 'open')
      .execute();
  }
}

function isOwn(snapshot: SubscriptionSnapshot | null): snapshot is OwnSnapshot {
  return snapshot !== null && snapshot.plan !== null;
}

function columnsOf({ plan, status, price, trialEndsAt, periodEndsAt, cancelsAt, endedAt }: OwnSnapshot) {
  const { amount, currency } = price;
  return { plan, status, amount, currency, trialEndsAt, periodEndsAt, cancelsAt, endedAt };
}
