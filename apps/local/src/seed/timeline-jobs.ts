import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { newId, systemActor } from '#kernel';
import {
  Config,
  Database,
  type EventType,
  HandlerMetadata,
  type JobData,
  type JobHandler,
  Jobs,
  Log,
  type Queue,
} from '#platform';
import { Timeline } from './timeline.ts';

/**
 * Does the jobs of the story itself, each at its time in the story, instead of leaving two months of them
 * to the server. Only what is due after the story's end goes on the real queues.
 */
@Injectable()
export class TimelineJobs extends Jobs {
  constructor(
    config: Config,
    database: Database,
    log: Log,
    private readonly discovery: DiscoveryService,
    private readonly timeline: Timeline,
  ) {
    super(config, database, log);
  }

  override async send<Data extends JobData>(
    queue: Queue<Data>,
    data: Data,
    options: { startAfter?: Temporal.Instant } = {},
  ): Promise<void> {
    const at = options.startAfter ?? this.timeline.now();
    if (Temporal.Instant.compare(at, this.timeline.end) > 0) return super.send(queue, data, options);
    this.#plan(({ queue: { name } }) => name === queue.name, data, at);
  }

  override async sendAll<Data extends JobData>(queue: Queue<Data>, all: readonly Data[]): Promise<void> {
    for (const data of all) await this.send(queue, data);
  }

  override async publish<Data extends JobData>(event: EventType<Data>, data: Data): Promise<void> {
    this.#plan((declaration) => declaration.event?.name === event.name, data, this.timeline.now());
  }

  #plan(
    concerns: (declaration: { queue: Queue; event?: EventType }) => boolean,
    data: JobData,
    at: Temporal.Instant,
  ): void {
    for (const wrapper of this.discovery.getProviders({ metadataKey: HandlerMetadata.KEY })) {
      const declaration = this.discovery.getMetadataByDecorator(HandlerMetadata, wrapper);
      if (!declaration || !concerns(declaration)) continue;
      const handler = wrapper.instance as JobHandler<JobData>;
      this.timeline.plan(at, () => handler.handle(systemActor(newId()), declaration.queue.data.parse(data)));
    }
  }
}
