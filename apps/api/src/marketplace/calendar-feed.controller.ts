import { Controller, Delete, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, notFound, type UserActor } from '#kernel';
import { CalendarFeedKeys, CalendarFeeds } from '#notifications';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { RequiredText } from '../http/fields.ts';
import { isUnchanged } from '../http/is-unchanged.ts';
import { Operation } from '../http/operation.decorator.ts';
import { callerOf, RateLimits } from '../http/rate-limits.ts';
import {
  CalendarFeedAnswer,
  NewCalendarFeedAnswer,
  toCalendarFeed,
  toNewCalendarFeed,
} from './calendar-feed.dto.ts';

const CALENDAR = 'text/calendar';

@Controller('api/calendar')
export class CalendarFeedController {
  constructor(
    private readonly keys: CalendarFeedKeys,
    private readonly feeds: CalendarFeeds,
    private readonly limits: RateLimits,
  ) {}

  @Get('feed')
  @Operation({
    summary: 'Whether one’s visits can be read by a calendar program, and when one last did',
    access: ['doctor', 'patient'],
    answers: CalendarFeedAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor) {
    return toCalendarFeed(await this.keys.get(actor));
  }

  @Post('feed')
  @Operation({
    summary:
      'A private address of one’s own visits for a calendar program to subscribe to; the one before ends',
    access: ['doctor', 'patient'],
    answers: NewCalendarFeedAnswer,
    status: 201,
    message: 'Copy the address now: it is not shown again.',
  })
  async issue(@CurrentActor() actor: UserActor) {
    return toNewCalendarFeed(await this.keys.issue(actor));
  }

  @Delete('feed')
  @Operation({
    summary: 'End the address of one’s visits',
    access: ['doctor', 'patient'],
    message: 'Ended.',
  })
  async revoke(@CurrentActor() actor: UserActor) {
    await this.keys.revoke(actor);
  }

  @Get(':token/visits.ics')
  @Operation({
    summary: 'The visits of whoever made the address, for a calendar program',
    description:
      'Confirmed visits to come and of the last 60 days, with the same UIDs as the single entries, and no more ' +
      'than those tell. `ETag` and `Last-Modified` say whether anything changed. 10 requests a minute for each calendar.',
    access: 'public',
    limit: 'unlimited',
    produces: CALENDAR,
    fails: ['not_found', 'rate_limited'],
  })
  async read(
    @CurrentActor() actor: Actor,
    @Param('token', { schema: RequiredText(200) }) token: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const feed = await this.feeds.withToken(token);
    await this.limits.charge('calendar', feed ? `calendar:${feed.userId}` : callerOf(actor), reply);
    if (!feed) throw notFound('calendar_feed');
    const { content, hash, changedAt } = await this.feeds.read(feed);
    const etag = `"${hash}"`;
    reply.headers({
      etag,
      'last-modified': new Date(changedAt.epochMilliseconds).toUTCString(),
      'cache-control': 'private, no-cache',
    });
    if (isUnchanged(request.headers, { etag, changedAt })) {
      reply.code(304);
      return undefined;
    }
    reply.type(`${CALENDAR}; charset=utf-8`);
    return content;
  }
}
