import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalid } from '#kernel';

/** The number in `Last-Event-ID`, with which a client of server-sent events comes back; `undefined` without one. */
export const LastEventId = createParamDecorator(
  (_: unknown, context: ExecutionContext): number | undefined => {
    const header = context.switchToHttp().getRequest<FastifyRequest>().headers['last-event-id'];
    // A browser that has seen no event with an id sends an empty one.
    if (header === undefined || header === '') return undefined;
    if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) {
      throw invalid('invalid_last_event_id', 'Last-Event-ID carries the id of an event of this stream.');
    }
    return Number(header);
  },
);
