import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { fromKysely, PgBoss } from 'pg-boss';
import { Config } from '../config/config.ts';
import { Database } from '../database/database.ts';
import { Log } from '../logging/log.ts';
import type { EventType, JobData, Queue } from './queue.ts';

/**
 * Work for later and facts for others, kept in PostgreSQL by pg-boss. Both are written with the
 * transaction that causes them: they exist if and only if it commits.
 */
@Injectable()
export class Jobs implements OnModuleInit, OnApplicationShutdown {
  readonly boss: PgBoss;

  constructor(
    config: Config,
    private readonly database: Database,
    private readonly log: Log,
  ) {
    this.boss = new PgBoss({
      connectionString: config.env.DATABASE_URL,
      max: 4,
      // The owner role migrates, before any process starts.
      migrate: false,
      createSchema: false,
      supervise: config.runsJobs,
      schedule: config.runsJobs,
      useListenNotify: config.runsJobs,
      // A worker that was killed holds its jobs until its heart is found to have stopped.
      superviseIntervalSeconds: 5,
      monitorIntervalSeconds: 5,
    });
    this.boss.on('error', (error) => this.log.error({ error }, 'job queue error'));
  }

  async onModuleInit(): Promise<void> {
    await this.boss.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.boss.stop({ graceful: true, timeout: 5_000 });
  }

  /** Puts a job on its queue, to be done at once or not before `startAfter`. */
  async send<Data extends JobData>(
    queue: Queue<Data>,
    data: Data,
    options: { startAfter?: Temporal.Instant } = {},
  ): Promise<void> {
    await this.boss.send(queue.name, data, {
      db: fromKysely(this.database.query),
      ...(options.startAfter && { startAfter: options.startAfter.toString() }),
    });
  }

  /** Puts a job for each on the queue, to be done at once. */
  async sendAll<Data extends JobData>(queue: Queue<Data>, all: readonly Data[]): Promise<void> {
    const jobs = all.map((data) => ({ data }));
    await this.boss.insert(queue.name, jobs, { db: fromKysely(this.database.query) });
  }

  /**
   * A subquery: the value of `field`, as text, in the data of each job of the queue that is still to be done,
   * now or later. A job that failed for good is none of them.
   */
  unfinished<Data extends JobData>(queue: Queue<Data>, field: keyof Data & string): RawBuilder<string> {
    return sql<string>`(select data ->> ${field} from pgboss.job
      where name = ${queue.name} and state in ('created', 'retry', 'active'))`;
  }

  /** Tells every subscriber of `event`. */
  async publish<Data extends JobData>(event: EventType<Data>, data: Data): Promise<void> {
    await this.boss.publish(event.name, data, { db: fromKysely(this.database.query) });
  }
}
