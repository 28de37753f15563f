import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { Config } from '#platform';
import { JoinTokensService, SignalsService } from '#rtc';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  CreateSignal,
  CreateToken,
  JoinAnswer,
  ListTokens,
  PollSignals,
  PostedAnswer,
  SignalsAnswer,
  TokenAnswer,
  toJoin,
  toSignals,
  toToken,
} from './rtc.dto.ts';

/** Signals and join tokens as collections of their own. */
@Controller('api/rtc')
export class RtcSignalsController {
  readonly #baseUrl: string;

  constructor(
    private readonly signals: SignalsService,
    private readonly tokens: JoinTokensService,
    config: Config,
  ) {
    this.#baseUrl = config.env.BASE_URL;
  }

  @Get('signals')
  @Operation({
    summary: 'Signals of a room since the last poll',
    access: ['doctor', 'patient'],
    limit: 'signalling',
    answers: SignalsAnswer,
    fails: ['not_found', 'conflict', 'gone'],
  })
  async poll(
    @CurrentActor() actor: UserActor,
    @Query({ schema: PollSignals }) { room_id, after }: z.output<typeof PollSignals>,
  ) {
    return toSignals(await this.signals.poll(actor, room_id, after ?? null));
  }

  @Post('signals')
  @Operation({
    summary: 'Send a signal to the others in the room',
    access: ['doctor', 'patient'],
    limit: 'signalling',
    answers: PostedAnswer,
    status: 201,
    message: 'Sent.',
    fails: ['not_found', 'conflict'],
  })
  async post(
    @CurrentActor() actor: UserActor,
    @Body({ schema: CreateSignal }) { roomId, message }: z.output<typeof CreateSignal>,
  ) {
    return { seq: await this.signals.post(actor, roomId, message) };
  }

  @Get('join-tokens')
  @Operation({
    summary: 'The join tokens that the caller was given; the tokens themselves are shown once only',
    access: ['doctor', 'patient'],
    answers: TokenAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListTokens }) { page, ...filter }: z.output<typeof ListTokens>,
  ) {
    return mapPage(await this.tokens.list(actor, filter, page), toToken);
  }

  @Post('join-tokens')
  @Operation({
    summary: 'A token that lets the caller into a room once',
    access: ['doctor', 'patient'],
    limit: 'signalling',
    answers: JoinAnswer,
    status: 201,
    fails: ['not_found', 'conflict', 'gone'],
  })
  async issue(
    @CurrentActor() actor: UserActor,
    @Body({ schema: CreateToken }) { room_id }: z.output<typeof CreateToken>,
  ) {
    return toJoin(await this.tokens.issue(actor, room_id), this.#baseUrl);
  }
}
