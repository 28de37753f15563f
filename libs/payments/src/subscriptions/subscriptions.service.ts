import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { DoctorsService } from '#doctors';
import {
  type Actor,
  Clock,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { Database, given, pageOf, Transactional, within } from '#platform';
import { trialUsed } from '../payments.errors.ts';
import { including, TRIAL_DAYS } from './plans.ts';
import {
  asSubscription,
  IN_FORCE,
  type Subscription,
  type SubscriptionPlan,
  type SubscriptionStatus,
} from './subscription.entity.ts';
import { SubscriptionCheckoutsService } from './subscription-checkouts.service.ts';

export interface SubscriptionFilter {
  readonly plan?: SubscriptionPlan;
  readonly status?: SubscriptionStatus;
  readonly organizationId?: string;
  /** Matches the provider's reference. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: {
    readonly by: 'createdAt' | 'updatedAt' | 'periodEndsAt' | 'trialEndsAt';
    readonly descending: boolean;
  };
}

/** What practices may use. */
@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly doctors: DoctorsService,
    private readonly checkouts: SubscriptionCheckoutsService,
  ) {}

  /**
   * Gives a practice Basic for 90 days, once.
   * @param organizationId a practice that the actor may speak for; a doctor's own when absent
   * @throws conflict `trial_used`; not_found `doctor_not_found`
   */
  @Transactional()
  async startTrial(actor: UserActor, organizationId?: string): Promise<Subscription> {
    const practice = organizationId ?? (await this.doctors.own(actor)).organizationId;
    const now = this.clock.now();
    const row = await this.database.query
      .insertInto('subscriptions')
      .values({
        id: newId(),
        organizationId: practice,
        userId: actor.userId,
        plan: 'basic',
        status: 'trialing',
        trialEndsAt: now.add({ hours: 24 * TRIAL_DAYS }),
        asOf: now,
        createdAt: now,
        updatedAt: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) throw trialUsed();
    await this.audit.record(actor, {
      action: 'subscription.trial_started',
      resource: 'subscription',
      resourceId: row.id,
      organizationId: practice,
    });
    return asSubscription(row, now);
  }

  /**
   * What the doctor's practice has: of several what is in force and has the most, otherwise the last that there was.
   * While somebody is on the provider's page the provider is asked: who comes back from it shall not have to wait
   * for its webhook.
   * @throws not_found `doctor_not_found`, `subscription_not_found`
   */
  async own(actor: UserActor): Promise<Subscription> {
    const { organizationId } = await this.doctors.own(actor);
    await this.checkouts.lookAfter(actor, organizationId);
    const now = this.clock.now();
    const rows = await this.database.query
      .selectFrom('subscriptions')
      .selectAll()
      .where('organizationId', '=', organizationId)
      .orderBy('plan', 'desc')
      .orderBy('createdAt', 'desc')
      .execute();
    const all = rows.map((row) => asSubscription(row, now));
    const last = all.toSorted((one, other) => Temporal.Instant.compare(other.createdAt, one.createdAt))[0];
    const found = all.find(({ isInForce }) => isInForce) ?? last;
    if (!found) throw notFound('subscription');
    return found;
  }

  async list(_admin: Actor, filter: SubscriptionFilter, page: PageRequest): Promise<Page<Subscription>> {
    const { plan, status, organizationId, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.database.query
        .selectFrom('subscriptions')
        .selectAll()
        .where((eb) =>
          eb.and(
            given([
              plan && eb('plan', '=', plan),
              status && eb('status', '=', status),
              organizationId && eb('organizationId', '=', organizationId),
              search && eb('providerReference', '=', search),
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
        .orderBy(by, (order) => (descending ? order.desc().nullsLast() : order.asc().nullsLast()))
        .orderBy('id'),
      page,
    );
    const now = this.clock.now();
    return { ...found, items: found.items.map((row) => asSubscription(row, now)) };
  }

  /** Whether a practice, or any that an account works for, has what `plan` has. */
  async hasPlan(
    whose: { readonly organizationId: string } | { readonly userId: string },
    plan: SubscriptionPlan,
  ): Promise<boolean> {
    const row = await this.database.query
      .selectFrom('subscriptions')
      .select('id')
      .where('plan', 'in', including(plan))
      .where('status', 'in', IN_FORCE)
      .where((eb) => eb.or([eb('provider', 'is not', null), eb('trialEndsAt', '>', this.clock.now())]))
      .where((eb) =>
        'organizationId' in whose
          ? eb('organizationId', '=', whose.organizationId)
          : eb(
              'organizationId',
              'in',
              eb
                .selectFrom('staffMembers')
                .select('staffMembers.organizationId')
                .where('staffMembers.userId', '=', whose.userId),
            ),
      )
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }
}
