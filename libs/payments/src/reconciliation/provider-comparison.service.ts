import { Injectable } from '@nestjs/common';
import { type Actor, Clock, DomainError, newId } from '#kernel';
import { Database, Log, Metrics } from '#platform';
import type { MoneySnapshot } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { ProviderNewsService } from '../webhooks/provider-news.service.ts';
import { ComparisonService } from './comparison.service.ts';
import type { Problem, Reconciliation } from './reconciliation.entity.ts';

type Subject = MoneySnapshot['kind'];

interface Found {
  readonly subject: Subject;
  readonly reference: string;
  readonly paymentId: string | null;
  /** What is left; `null` when it is repaired. */
  readonly problem: Problem | null;
  readonly details?: string;
}

/** As much of an error as a finding tells. */
const DETAILS_LENGTH = 500;

/**
 * Asks a provider for everything of the last days and takes in what we missed, as if a webhook had told it.
 * So a lost webhook, and a refund that was made in the provider's dashboard, are in the books a day later.
 */
@Injectable()
export class ProviderComparisonService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly metrics: Metrics,
    private readonly providers: PaymentProviders,
    private readonly news: ProviderNewsService,
    private readonly comparison: ComparisonService,
  ) {}

  /**
   * Runs a comparison from its beginning, also one that was broken off.
   * @throws unavailable `payment_provider_unavailable`, kept with the comparison
   */
  async run(actor: Actor, reconciliation: Reconciliation): Promise<void> {
    const { id, provider } = reconciliation;
    await this.database.query
      .deleteFrom('reconciliationFindings')
      .where('reconciliationId', '=', id)
      .execute();
    const counts = { checked: 0, repaired: 0, unresolved: 0 };
    try {
      for await (const result of this.#results(actor, reconciliation)) {
        counts.checked += 1;
        const label = result === 'same' ? 'same' : result.problem === null ? 'repaired' : 'unresolved';
        this.metrics.reconciled.inc({ provider, result: label });
        if (result === 'same') continue;
        counts[result.problem === null ? 'repaired' : 'unresolved'] += 1;
        await this.#keep(id, result);
      }
      await this.#end(id, { ...counts, failureCode: null });
    } catch (error) {
      const failureCode = error instanceof DomainError ? error.code : 'unexpected';
      await this.#end(id, { ...counts, failureCode });
      throw error;
    }
    this.log.info({ provider, ...counts }, 'compared with the payment provider');
  }

  async *#results(actor: Actor, { provider, since }: Reconciliation): AsyncIterable<Found | 'same'> {
    const seen = new Set<string>();
    for await (const snapshot of this.providers.named(provider).since(since)) {
      seen.add(snapshot.reference);
      const result = await this.#reconcile(actor, provider, snapshot);
      if (result !== 'foreign') yield result;
    }
    yield* this.#unseen(provider, since, seen);
  }

  async #reconcile(
    actor: Actor,
    provider: string,
    snapshot: MoneySnapshot,
  ): Promise<Found | 'same' | 'foreign'> {
    const before = await this.comparison.compare(provider, snapshot);
    if (before.problem === 'foreign') return 'foreign';
    if (before.problem === null) return 'same';
    const { kind: subject, reference } = snapshot;
    try {
      await this.news.apply(actor, provider, snapshot);
    } catch (error) {
      const details = (error as Error).message.slice(0, DETAILS_LENGTH);
      return { subject, reference, paymentId: before.paymentId, problem: 'not_applied', details };
    }
    const { paymentId, problem } = await this.comparison.compare(provider, snapshot);
    return problem === 'foreign' ? 'foreign' : { subject, reference, paymentId, problem };
  }

  /** What stands here with a name that the provider gave, and the provider did not name again. */
  async *#unseen(provider: string, since: Temporal.Instant, seen: Set<string>): AsyncIterable<Found> {
    const db = this.database.query;
    const payments = await db
      .selectFrom('payments')
      .select(['id as paymentId', 'providerReference'])
      .where('provider', '=', provider)
      .where('createdAt', '>=', since)
      .where('providerReference', 'is not', null)
      .execute();
    const refunds = await db
      .selectFrom('refunds')
      .innerJoin('payments', 'payments.id', 'refunds.paymentId')
      .select(['refunds.paymentId', 'refunds.providerReference'])
      .where('payments.provider', '=', provider)
      .where('refunds.createdAt', '>=', since)
      .where('refunds.cause', '<>', 'made_at_provider')
      .where('refunds.providerReference', 'is not', null)
      .execute();
    const named: [Subject, { paymentId: string; providerReference: string | null }[]][] = [
      ['payment', payments],
      ['refund', refunds],
    ];
    for (const [subject, rows] of named) {
      for (const { paymentId, providerReference: reference } of rows) {
        if (reference === null || seen.has(reference)) continue;
        // What was made since the provider was asked is not missing.
        if (await this.#isKnown(provider, subject, reference)) continue;
        yield { subject, reference, paymentId, problem: 'missing_at_provider' };
      }
    }
  }

  async #isKnown(provider: string, subject: Subject, reference: string): Promise<boolean> {
    if (subject !== 'payment') return false;
    try {
      await this.providers.named(provider).retrieveIntent(reference);
      return true;
    } catch (error) {
      if (error instanceof DomainError) throw error;
      return false;
    }
  }

  async #keep(reconciliationId: string, { subject, reference, paymentId, problem, details }: Found) {
    await this.database.query
      .insertInto('reconciliationFindings')
      .values({
        id: newId(),
        reconciliationId,
        subject,
        providerReference: reference,
        paymentId,
        isRepaired: problem === null,
        problem,
        details: details ?? null,
      })
      .execute();
  }

  async #end(
    id: string,
    outcome: Pick<Reconciliation, 'checked' | 'repaired' | 'unresolved' | 'failureCode'>,
  ): Promise<void> {
    await this.database.query
      .updateTable('reconciliations')
      .set({ ...outcome, finishedAt: this.clock.now() })
      .where('id', '=', id)
      .execute();
  }
}
