import { Injectable } from '@nestjs/common';
import { type Actor, notFound, type Page, type PageRequest, type Period } from '#kernel';
import { containing, Database, given, pageOf, within } from '#platform';
import { asDispute, type Dispute, type DisputeStatus } from './dispute.entity.ts';

export interface DisputeFilter {
  readonly status?: DisputeStatus;
  readonly provider?: string;
  readonly paymentId?: string;
  /** Matches the reason and the provider's reference. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: {
    readonly by: 'createdAt' | 'updatedAt' | 'amount' | 'answerBy';
    readonly descending: boolean;
  };
}

/** The disputes of the platform, for administrators. They are answered at the provider. */
@Injectable()
export class DisputesService {
  constructor(private readonly database: Database) {}

  async list(_actor: Actor, filter: DisputeFilter, page: PageRequest): Promise<Page<Dispute>> {
    const { status, provider, paymentId, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.database.query
        .selectFrom('disputes')
        .selectAll()
        .where((eb) =>
          eb.and(
            given([
              status && eb('status', '=', status),
              provider && eb('provider', '=', provider),
              paymentId && eb('paymentId', '=', paymentId),
              search &&
                eb.or([
                  eb('reason', 'ilike', containing(search)),
                  eb('providerReference', 'ilike', containing(search)),
                ]),
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
    return { ...found, items: found.items.map(asDispute) };
  }

  /** @throws not_found `dispute_not_found` */
  async get(_actor: Actor, id: string): Promise<Dispute> {
    const row = await this.database.query
      .selectFrom('disputes')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw notFound('dispute');
    return asDispute(row);
  }
}
