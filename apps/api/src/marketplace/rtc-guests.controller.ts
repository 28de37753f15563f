import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { type Actor, mapPage, type UserActor } from '#kernel';
import { Config } from '#platform';
import { GuestEntrance, GuestsService, PreCallTestsService } from '#rtc';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { ReaderLanguage } from '../http/reader-language.decorator.ts';
import {
  GuestAnswer,
  GuestJoinAnswer,
  GuestKeyAnswer,
  InvitationAnswer,
  InviteGuest,
  JoinAsGuest,
  ListGuests,
  RedeemLink,
  toGuest,
  toGuestJoin,
  toGuestKey,
  toInvitation,
} from './rtc-guests.dto.ts';
import { PreCallTestAnswer, SaveGuestPreCallTest, toPreCallTest } from './rtc-record.dto.ts';

/** People without an account who join one visit: an interpreter, a carer, a second doctor. */
@Controller('api/rtc')
export class RtcGuestsController {
  readonly #baseUrl: string;

  constructor(
    private readonly guests: GuestsService,
    private readonly entrance: GuestEntrance,
    private readonly tests: PreCallTestsService,
    config: Config,
  ) {
    this.#baseUrl = config.env.BASE_URL;
  }

  @Post('guests/redeem')
  @Operation({
    summary: 'Exchange the token of an invitation for a key to its visit, once',
    access: 'public',
    limit: 'authentication',
    answers: GuestKeyAnswer,
    status: 201,
    fails: ['not_found', 'gone'],
  })
  async redeem(
    @CurrentActor() actor: Actor,
    @Body({ schema: RedeemLink }) { token }: z.output<typeof RedeemLink>,
  ) {
    return toGuestKey(await this.entrance.redeem(actor, token));
  }

  @Post('guests/join')
  @Operation({
    summary: 'A token that lets a guest into the room once',
    access: 'public',
    answers: GuestJoinAnswer,
    fails: ['not_found', 'conflict', 'gone'],
  })
  async join(@Body({ schema: JoinAsGuest }) { key }: z.output<typeof JoinAsGuest>) {
    return toGuestJoin(await this.entrance.join(key), this.#baseUrl);
  }

  @Post('guests/pre-call-tests')
  @Operation({
    summary: 'Save what a guest’s test of devices and connection has found; the answer says what to expect',
    access: 'public',
    answers: PreCallTestAnswer,
    status: 201,
    message: 'Saved.',
    fails: ['not_found', 'gone'],
  })
  async savePreCallTest(
    @ReaderLanguage() language: ReaderLanguage,
    @Body({ schema: SaveGuestPreCallTest }) { key, findings }: z.output<typeof SaveGuestPreCallTest>,
  ) {
    return toPreCallTest(await this.tests.saveAsGuest(key, findings, language));
  }

  @Get('rooms/:id/guests')
  @Operation({
    summary: 'The guests of a visit, newest first; their links are shown once only',
    access: 'authenticated',
    answers: GuestAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListGuests }) { page, ...filter }: z.output<typeof ListGuests>,
  ) {
    return mapPage(await this.guests.list(actor, id, filter, page), toGuest);
  }

  @Post('rooms/:id/guests')
  @Operation({
    summary: 'Invite somebody without an account to a visit: a link that works once',
    description: 'At most two guests belong to a visit. They wait until the doctor lets them in.',
    access: ['doctor', 'patient'],
    answers: InvitationAnswer,
    status: 201,
    fails: ['not_found', 'conflict', 'gone'],
  })
  async invite(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: InviteGuest }) { kind, display_name }: z.output<typeof InviteGuest>,
  ) {
    const invitation = await this.guests.invite(actor, id, { kind, displayName: display_name });
    return toInvitation(invitation, this.#baseUrl);
  }

  @Delete('rooms/:id/guests/:guest_id')
  @Operation({
    summary: 'Withdraw an invitation; a guest who is there is sent out',
    access: ['doctor', 'patient'],
    answers: GuestAnswer,
    message: 'The guest is not invited any more.',
    fails: ['not_found'],
  })
  async withdraw(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Param('guest_id', { schema: Id }) guestId: string,
  ) {
    return toGuest(await this.guests.withdraw(actor, id, guestId));
  }
}
