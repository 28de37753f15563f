import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import type { UserActor } from '#kernel';
import { Config } from '#platform';
import { WaitingRoomService } from '#rtc';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { RoomAnswer, toRoom } from './rtc.dto.ts';
import { AnnounceDelay, ChooseParticipant, QueueAnswer, toQueue } from './rtc-waiting.dto.ts';

/** The doctor's side of the waiting room. */
@Controller('api/rtc')
export class RtcWaitingController {
  readonly #baseUrl: string;

  constructor(
    private readonly waiting: WaitingRoomService,
    config: Config,
  ) {
    this.#baseUrl = config.env.BASE_URL;
  }

  @Get('queue')
  @Operation({
    summary: 'The doctor’s own visits of now, twelve hours back and ahead, and who of them waits',
    access: ['doctor'],
    answers: QueueAnswer,
  })
  async queue(@CurrentActor() actor: UserActor) {
    return toQueue(await this.waiting.queue(actor));
  }

  @Post('rooms/:id/admit')
  @Operation({
    summary: 'Let a guest, or a patient who was asked to wait again, into the call',
    access: ['doctor'],
    answers: RoomAnswer,
    message: 'They are in.',
    fails: ['not_found', 'conflict'],
  })
  async admit(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ChooseParticipant }) { participant_id }: z.output<typeof ChooseParticipant>,
  ) {
    return toRoom(await this.waiting.admit(actor, id, participant_id), this.#baseUrl);
  }

  @Post('rooms/:id/return-to-waiting')
  @Operation({
    summary: 'Ask the patient or a guest to wait again while the visit goes on',
    access: ['doctor'],
    answers: RoomAnswer,
    message: 'They wait.',
    fails: ['not_found', 'conflict'],
  })
  async returnToWaiting(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ChooseParticipant }) { participant_id }: z.output<typeof ChooseParticipant>,
  ) {
    return toRoom(await this.waiting.returnToWaiting(actor, id, participant_id), this.#baseUrl);
  }

  @Post('rooms/:id/delay')
  @Operation({
    summary: 'Tell the patient that the visit begins later',
    access: ['doctor'],
    answers: RoomAnswer,
    message: 'The patient is told.',
    fails: ['not_found', 'conflict'],
  })
  async delay(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: AnnounceDelay }) { minutes }: z.output<typeof AnnounceDelay>,
  ) {
    return toRoom(await this.waiting.announceDelay(actor, id, minutes), this.#baseUrl);
  }
}
