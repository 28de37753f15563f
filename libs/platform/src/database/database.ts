import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CamelCasePlugin, Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { Config } from '../config/config.ts';
import { Log } from '../logging/log.ts';
import { isRetryable, toDomainError } from './database-errors.ts';
import { databaseTypes } from './pg-types.ts';
import { PreparingClient } from './preparing-client.ts';
import type { DB as Tables } from './tables.generated.ts';

type AfterCommit = () => void | Promise<void>;

interface Unit {
  readonly transaction: Transaction<Tables>;
  readonly afterCommit: AfterCommit[];
}

/**
 * The one door to PostgreSQL.
 *
 * `query` is the running transaction where there is one, otherwise the pool, so that a method does not
 * need to know whether its caller opened one. Errors of PostgreSQL that mean something to the domain
 * arrive as domain errors.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly #pool: pg.Pool;
  readonly #kysely: Kysely<Tables>;
  readonly #unit = new AsyncLocalStorage<Unit>();

  constructor(
    config: Config,
    private readonly log: Log = new Log(config),
  ) {
    this.#pool = new pg.Pool({
      Client: PreparingClient,
      connectionString: config.env.DATABASE_URL,
      max: config.env.DATABASE_POOL_SIZE,
      types: databaseTypes,
      // The marketplace works across practices and carries its access rules in its statements.
      options: [
        'televisit.scope=platform',
        'statement_timeout=15000',
        'idle_in_transaction_session_timeout=30000',
        // How much of a word must agree for `<%`: with the default (0.6) no dermatologist finds dermatology.
        'pg_trgm.word_similarity_threshold=0.5',
      ]
        .map((setting) => `-c ${setting}`)
        .join(' '),
    });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    this.#pool.on('error', () => {});
    this.#kysely = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool: this.#pool }),
      plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
    });
  }

  get query(): Kysely<Tables> {
    return this.#unit.getStore()?.transaction ?? this.#kysely;
  }

  get inTransaction(): boolean {
    return this.#unit.getStore() !== undefined;
  }

  /**
   * Runs `work` in a transaction: the one that runs already, or a new one. A new one that loses a deadlock
   * or a serialization race is tried once more, so `work` must not act outside the database.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.inTransaction) return work();
    try {
      return await this.#attempt(work);
    } catch (error) {
      if (!isRetryable(error)) throw toDomainError(error);
      return await this.#attempt(work).catch((again: unknown) => {
        throw toDomainError(again);
      });
    }
  }

  /** Runs `work` in a transaction that sees the rows of one practice and of nobody else. */
  async withinOrganization<T>(organizationId: string, work: () => Promise<T>): Promise<T> {
    // A platform transaction must not lose its own view halfway.
    if (this.inTransaction) throw new Error('withinOrganization() opens a transaction of its own.');
    return this.transaction(async () => {
      await sql`select set_config('televisit.scope', 'organization', true),
        set_config('televisit.organization', ${organizationId}, true)`.execute(this.query);
      return work();
    });
  }

  /**
   * Runs `action` when the running transaction has committed; at once where there is none. Nobody waits for it,
   * and a failure undoes nothing: it is logged.
   */
  afterCommit(action: AfterCommit): void {
    const unit = this.#unit.getStore();
    if (unit) unit.afterCommit.push(action);
    else void this.#afterwards(action);
  }

  /**
   * Waits for the others who hold a lock of one of these names, one after the other in the order given; they are
   * let go when the transaction ends.
   */
  async lock(...names: readonly string[]): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest(${names}::text[]) as name`.execute(
      this.query,
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#kysely.destroy();
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    const afterCommit: AfterCommit[] = [];
    const result = await this.#kysely
      .transaction()
      .execute((transaction) => this.#unit.run({ transaction, afterCommit }, work));
    for (const action of afterCommit) void this.#afterwards(action);
    return result;
  }

  async #afterwards(action: AfterCommit): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.log.error({ error }, 'failed after a commit');
    }
  }
}

/** Runs a service method in a transaction. The service keeps its Database as `database`. */
export function Transactional() {
  return <Args extends unknown[], Result>(
    _target: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: Args) => Promise<Result>>,
  ): void => {
    const method = descriptor.value;
    if (!method) throw new TypeError('@Transactional() belongs on a method.');
    descriptor.value = function (this: unknown, ...args: Args): Promise<Result> {
      const { database } = this as { database: Database };
      return database.transaction(() => method.apply(this, args));
    };
  };
}
