import { DiscoveryService } from '@nestjs/core';
import { z } from 'zod';
import type { EventType, JobData, JobHandler, Queue } from './queue.ts';

/** What a handler class says of itself: the queue it works on, and the event that fills it, if any. */
export interface HandlerDeclaration {
  readonly queue: Queue;
  readonly event?: EventType;
  /** When the queue gets a job by itself: a cron line, in UTC. */
  readonly schedule?: string;
}

export const HandlerMetadata = DiscoveryService.createDecorator<HandlerDeclaration>();

type HandlerClass<Data extends JobData> = new (...args: never[]) => JobHandler<Data>;

/** The class does the jobs of `queue`. */
export function HandlesJob<Data extends JobData>(queue: Queue<Data>) {
  return (target: HandlerClass<Data>): void => {
    HandlerMetadata({ queue: queue as unknown as Queue })(target);
  };
}

/**
 * The class is called at the times of a cron line (UTC), by one process of all, on a queue of its own:
 * `<library>.<what it does>`. A time at which no process ran is not made up for, so what it does must
 * cover everything that is due.
 */
export function OnSchedule(schedule: string, queueName: string) {
  return (target: HandlerClass<Record<string, never>>): void => {
    HandlerMetadata({ queue: { name: queueName, data: z.object({}) } as unknown as Queue, schedule })(target);
  };
}

/** The class is told of each `event` once, on a queue of its own: `<library>.<what it does>`. */
export function OnEvent<Data extends JobData>(event: EventType<Data>, queueName: string) {
  return (target: HandlerClass<Data>): void => {
    HandlerMetadata({
      queue: { name: queueName, data: event.data } as unknown as Queue,
      event: event as unknown as EventType,
    })(target);
  };
}
