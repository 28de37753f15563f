import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { UserActor } from '#kernel';
import { StreamTicketsService } from '#notifications';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { iso } from '../http/fields.ts';
import { LastEventId } from '../http/last-event-id.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import type { EventStream } from '../realtime/event-stream.ts';
import { NotificationStreams } from '../realtime/notification-streams.ts';
import { StreamQuery, TicketAnswer } from './notification-stream.dto.ts';
import { toNotification } from './notifications.dto.ts';

@Controller('api/notifications/stream')
export class NotificationStreamController {
  constructor(
    private readonly streams: NotificationStreams,
    private readonly tickets: StreamTicketsService,
  ) {}

  @Get()
  @Operation({
    summary: 'One’s own new notifications as they come, as server-sent events',
    description:
      'Each event `notification` carries a notification as JSON; its id, sent back in `Last-Event-ID` (or ' +
      '`last_event_id`), brings what was missed. The event `end` says why the server ends the stream: ' +
      '`session_ended`, `server_stopping` or `try_again`. Comments keep the connection in use.',
    access: 'authenticated',
    ticket: true,
    produces: 'text/event-stream',
    message: 'The events.',
    fails: ['rate_limited'],
  })
  async stream(
    @CurrentActor() actor: UserActor,
    @Query({ schema: StreamQuery }) { last_event_id }: z.output<typeof StreamQuery>,
    @LastEventId() lastEventId: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventStream | undefined> {
    // Fastify answers HEAD with the handler of GET, and nobody would read on.
    if (request.method === 'HEAD') return undefined;
    const events = await this.streams.open(actor, lastEventId ?? last_event_id ?? null, toNotification);
    request.streams = true;
    reply.headers({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would hold events back until its buffer is full.
      'x-accel-buffering': 'no',
    });
    return events;
  }

  @Post('ticket')
  @Operation({
    summary: 'A ticket that opens the stream once, for a client that cannot send a header',
    description: 'A browser’s EventSource: open `stream_url` within 30 seconds.',
    access: 'authenticated',
    answers: TicketAnswer,
    status: 201,
    message: 'Use it once.',
  })
  async ticket(@CurrentActor() actor: UserActor): Promise<z.infer<typeof TicketAnswer>> {
    const { ticket, expiresAt } = await this.tickets.issue(actor);
    return {
      ticket,
      expires_at: iso(expiresAt),
      stream_url: `/api/notifications/stream/?ticket=${ticket}`,
    };
  }
}
