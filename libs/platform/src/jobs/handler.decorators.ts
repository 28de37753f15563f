import { DiscoveryService } from '@nestjs/core';
import type { EventType, JobData, JobHandler, Queue } from './queue.ts';

/** What a handler class says of itself: the queue it works on, and the event that fills it, if any. */
export interface HandlerDeclaration {
  readonly queue: Queue;
  readonly event?: EventType;
}

export const HandlerMetadata = DiscoveryService.createDecorator<HandlerDeclaration>();

type HandlerClass<Data extends JobData> = new (...args: never[]) => JobHandler<Data>;

/** The class does the jobs of `queue`. */
export function HandlesJob<Data extends JobData>(queue: Queue<Data>) {
  return (target: HandlerClass<Data>): void => {
    HandlerMetadata({ queue: queue as unknown as Queue })(target);
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
