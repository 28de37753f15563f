import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import {
  Clock,
  DomainError,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { containing, Database, given, pageOf, Transactional, within } from '#platform';
import type { Dependant, DependantDetails } from './patient.entity.ts';
import { bornInFuture } from './patient.errors.ts';

export interface DependantFilter {
  readonly archived?: boolean;
  /** Matches the name. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: {
    readonly by: 'firstName' | 'dateOfBirth' | 'createdAt' | 'updatedAt';
    readonly descending: boolean;
  };
}

export type DependantChanges = Partial<DependantDetails> & { readonly archived?: boolean };

/** Somewhere on earth it is already the next day. */
const EASTERNMOST = '+14:00';

/** The charts of people in somebody's care: a child, a parent. Nobody but the guardian finds them here. */
@Injectable()
export class DependantsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {}

  /** The actor's dependants, by first name unless asked otherwise. */
  async list(actor: UserActor, filter: DependantFilter, page: PageRequest): Promise<Page<Dependant>> {
    const { archived = false, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'firstName', descending: false };
    const found = await pageOf(
      this.database.query
        .selectFrom('patients')
        .selectAll()
        .where('guardianUserId', '=', actor.userId)
        .where('archivedAt', archived ? 'is not' : 'is', null)
        .where((eb) =>
          eb.and(
            given([
              search && sql<boolean>`first_name || ' ' || last_name ilike ${containing(search)}`,
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
    for (const { id } of found.items) await this.#record(actor, id, 'list');
    return { ...found, items: found.items as Dependant[] };
  }

  /** @throws not_found `patient_not_found`, also for somebody else's */
  async get(actor: UserActor, id: string): Promise<Dependant> {
    const dependant = await this.#own(actor, id, 'read');
    await this.#record(actor, id, 'read');
    return dependant;
  }

  /** Opens a chart. @throws invalid `born_in_future` */
  @Transactional()
  async add(actor: UserActor, details: DependantDetails): Promise<Dependant> {
    this.#assertBorn(details.dateOfBirth);
    const now = this.clock.now();
    const row = await this.database.query
      .insertInto('patients')
      .values({ ...details, id: newId(), guardianUserId: actor.userId, createdAt: now, updatedAt: now })
      .returningAll()
      .executeTakeFirstOrThrow();
    await this.#record(actor, row.id, 'create');
    return row as Dependant;
  }

  /** @throws not_found `patient_not_found`; invalid `born_in_future` */
  async update(actor: UserActor, id: string, { archived, ...details }: DependantChanges): Promise<Dependant> {
    if (details.dateOfBirth !== undefined) this.#assertBorn(details.dateOfBirth);
    await this.#own(actor, id, 'update');
    return this.database.transaction(async () => {
      const now = this.clock.now();
      const row = await this.database.query
        .updateTable('patients')
        .set((eb) => ({
          ...details,
          ...(archived !== undefined && {
            archivedAt: archived ? eb.fn.coalesce('archivedAt', eb.val(now)) : null,
          }),
          updatedAt: now,
        }))
        .where('id', '=', id)
        .where('guardianUserId', '=', actor.userId)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw notFound('patient');
      await this.#record(actor, id, 'update');
      return row as Dependant;
    });
  }

  /**
   * Removes a chart that was never used. One that anything refers to, such as a visit, must be kept: it is
   * archived, and its visits to come take place.
   * @throws not_found `patient_not_found`
   */
  async remove(actor: UserActor, id: string): Promise<'deleted' | 'archived'> {
    await this.#own(actor, id, 'delete');
    try {
      await this.database.transaction(async () => {
        await this.database.query
          .deleteFrom('patients')
          .where('id', '=', id)
          .where('guardianUserId', '=', actor.userId)
          .execute();
        await this.#record(actor, id, 'delete');
      });
      return 'deleted';
    } catch (error) {
      // Every record of a chart names it by a foreign key, so the database knows of all of them.
      if (!(error instanceof DomainError && error.code === 'reference_missing')) throw error;
      await this.update(actor, id, { archived: true });
      return 'archived';
    }
  }

  /** A denial is written down at once: an error would undo it with the transaction that it ends. */
  async #own(actor: UserActor, id: string, verb: string): Promise<Dependant> {
    const row = await this.database.query
      .selectFrom('patients')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw notFound('patient');
    if (row.guardianUserId === actor.userId) return row as Dependant;
    await this.#record(actor, id, verb, 'denied');
    throw notFound('patient');
  }

  async #record(
    actor: UserActor,
    patientId: string,
    verb: string,
    outcome: 'allowed' | 'denied' = 'allowed',
  ): Promise<void> {
    await this.audit.record(actor, {
      action: `dependant.${verb}`,
      resource: 'dependant',
      resourceId: patientId,
      patientId,
      outcome,
    });
  }

  #assertBorn(dateOfBirth: string): void {
    const latest = this.clock.now().toZonedDateTimeISO(EASTERNMOST).toPlainDate().toString();
    if (dateOfBirth > latest) throw bornInFuture();
  }
}
