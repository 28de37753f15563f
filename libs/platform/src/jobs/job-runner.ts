import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Job, JobResult } from 'pg-boss';
import { newId, systemActor } from '#kernel';
import { Config } from '../config/config.ts';
import { Log } from '../logging/log.ts';
import { runWithRequestId } from '../logging/request-id.ts';
import { Metrics } from '../metrics/metrics.ts';
import { type HandlerDeclaration, HandlerMetadata } from './handler.decorators.ts';
import { Jobs } from './jobs.ts';
import type { JobData, JobHandler, Queue } from './queue.ts';

/** Where jobs go that failed for good; an operator looks at them and sends them again. */
export const DEAD_LETTERS = 'dead-letters';

/**
 * A new job wakes its worker at once (LISTEN/NOTIFY); this is how late a job may be that was put off until
 * now, or whose wake-up was lost.
 */
const POLL_SECONDS = 2;

/** How many jobs of one queue are done side by side in one process. */
const BATCH = 5;

/** Finds every handler of the application, makes its queue, and works on it in processes that run jobs. */
@Injectable()
export class JobRunner implements OnApplicationBootstrap {
  constructor(
    private readonly config: Config,
    private readonly discovery: DiscoveryService,
    private readonly jobs: Jobs,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { boss } = this.jobs;
    const existing = new Set((await boss.getQueues()).map((queue) => queue.name));
    if (!existing.has(DEAD_LETTERS)) await boss.createQueue(DEAD_LETTERS);
    for (const [{ queue, event, schedule }] of this.#handlers()) {
      if (!existing.has(queue.name)) {
        await boss.createQueue(queue.name, {
          notify: true,
          retryLimit: 8,
          retryDelay: 1,
          retryBackoff: true,
          retryDelayMax: 300,
          expireInSeconds: queue.seconds ?? 120,
          heartbeatSeconds: 10,
          deadLetter: DEAD_LETTERS,
        });
      }
      if (event) await boss.subscribe(event.name, queue.name);
      if (schedule) await boss.schedule(queue.name, schedule, {});
    }
    if (this.config.runsJobs) await this.work();
  }

  /** Works on every queue from now on, or on the one with a name. */
  async work(only?: string): Promise<void> {
    const handlers = this.#handlers().filter(([{ queue }]) => only === undefined || queue.name === only);
    await Promise.all(handlers.map(([declaration, handler]) => this.#work(declaration, handler)));
  }

  #handlers(): [HandlerDeclaration, JobHandler<JobData>][] {
    return this.discovery.getProviders({ metadataKey: HandlerMetadata.KEY }).map((wrapper) => {
      const declaration = this.discovery.getMetadataByDecorator(HandlerMetadata, wrapper);
      if (!declaration) throw new Error(`${wrapper.name} declares no queue.`);
      return [declaration, wrapper.instance as JobHandler<JobData>];
    });
  }

  async #work({ queue }: HandlerDeclaration, handler: JobHandler<JobData>): Promise<void> {
    await this.jobs.boss.work(
      queue.name,
      {
        batchSize: BATCH,
        burstWhenBatchFull: true,
        perJobResults: true,
        pollingIntervalSeconds: POLL_SECONDS,
        notifyPollingIntervalSeconds: POLL_SECONDS,
      },
      (jobs) => Promise.all(jobs.map((job) => this.#do(queue, handler, job as Job<JobData>))),
    );
  }

  /** Does one job. What becomes of it is its own affair: the others of its batch go on. */
  async #do(queue: Queue, handler: JobHandler<JobData>, job: Job<JobData>): Promise<JobResult> {
    const requestId = newId();
    const stop = this.metrics.jobs.startTimer({ queue: queue.name });
    try {
      await runWithRequestId(requestId, () =>
        handler.handle(systemActor(requestId), queue.data.parse(job.data)),
      );
      stop({ outcome: 'done' });
      return { id: job.id, status: 'completed' };
    } catch (error) {
      stop({ outcome: 'failed' });
      this.log.error({ error, queue: queue.name, jobId: job.id, jobRequestId: requestId }, 'job failed');
      return { id: job.id, status: 'failed', output: { message: (error as Error).message } };
    }
  }
}
