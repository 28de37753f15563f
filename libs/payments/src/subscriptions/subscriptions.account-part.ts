import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';

@KeepsOfAccount('subscriptions')
export class SubscriptionsAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const db = this.database.query;
    return {
      subscriptions: await db
        .selectFrom('subscriptions')
        .select([
          'id',
          'plan',
          'status',
          'provider',
          'providerReference',
          'amount',
          'currency',
          'trialEndsAt',
          'periodEndsAt',
          'cancelsAt',
          'endedAt',
          'createdAt',
        ])
        .where('userId', '=', userId)
        .orderBy('createdAt')
        .execute(),
      customers: await db
        .selectFrom('subscriptionCustomers')
        .select(['provider', 'providerReference', 'createdAt'])
        .where('userId', '=', userId)
        .orderBy('createdAt')
        .execute(),
      payments: await db
        .selectFrom('subscriptionPayments as payment')
        .innerJoin('subscriptions as subscription', 'subscription.id', 'payment.subscriptionId')
        .select([
          'payment.subscriptionId',
          'payment.providerReference',
          'payment.invoiceReference',
          'payment.amount',
          'payment.currency',
          'payment.paidAt',
        ])
        .where('subscription.userId', '=', userId)
        .orderBy('payment.paidAt')
        .execute(),
    };
  }
}
