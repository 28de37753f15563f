import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { Config } from '#platform';
import { JoinTokensService, RoomsService, SignalsService } from '#rtc';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  CreateRoom,
  JoinAnswer,
  ListRooms,
  PollRoom,
  RoomAnswer,
  SignalsAnswer,
  StatusAnswer,
  toJoin,
  toRoom,
  toSignals,
  toStatus,
  UpdateRoom,
} from './rtc.dto.ts';

@Controller('api/rtc/rooms')
export class RtcRoomsController {
  readonly #baseUrl: string;

  constructor(
    private readonly rooms: RoomsService,
    private readonly tokens: JoinTokensService,
    private readonly signals: SignalsService,
    config: Config,
  ) {
    this.#baseUrl = config.env.BASE_URL;
  }

  @Get()
  @Operation({
    summary: 'The rooms of one’s own visits',
    access: 'authenticated',
    answers: RoomAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListRooms }) { page, ...filter }: z.output<typeof ListRooms>,
  ) {
    return mapPage(await this.rooms.list(actor, filter, page), (room) => toRoom(room, this.#baseUrl));
  }

  @Post()
  @Operation({
    summary: 'The room of a confirmed visit; it is made when it does not exist yet',
    access: 'authenticated',
    answers: RoomAnswer,
    status: 201,
    fails: ['not_found', 'conflict'],
  })
  async create(
    @CurrentActor() actor: UserActor,
    @Body({ schema: CreateRoom }) { appointment_id }: z.output<typeof CreateRoom>,
  ) {
    return toRoom(await this.rooms.openFor(actor, appointment_id), this.#baseUrl);
  }

  @Post('appointment/:id')
  @Operation({
    summary: 'The room of this visit; it is made when it does not exist yet',
    access: 'authenticated',
    answers: RoomAnswer,
    status: 201,
    fails: ['not_found', 'conflict'],
  })
  async createForAppointment(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toRoom(await this.rooms.openFor(actor, id), this.#baseUrl);
  }

  @Get(':id')
  @Operation({ summary: 'A room', access: 'authenticated', answers: RoomAnswer, fails: ['not_found'] })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toRoom(await this.rooms.visible(actor, id), this.#baseUrl);
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Start or end the visit of a room',
    access: ['doctor'],
    answers: RoomAnswer,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateRoom }) { status }: z.output<typeof UpdateRoom>,
  ) {
    const room = status === 'active' ? this.rooms.start(actor, id) : this.rooms.end(actor, id);
    return toRoom(await room, this.#baseUrl);
  }

  @Post(':id/join')
  @Operation({
    summary: 'A token that lets the caller into the room once',
    access: ['doctor', 'patient'],
    limit: 'signalling',
    answers: JoinAnswer,
    fails: ['not_found', 'conflict', 'gone'],
  })
  async join(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toJoin(await this.tokens.issue(actor, id), this.#baseUrl);
  }

  @Post(':id/start')
  @Operation({
    summary: 'Let the patient in: the visit begins',
    access: ['doctor'],
    answers: RoomAnswer,
    message: 'The visit has begun.',
    fails: ['not_found', 'conflict'],
  })
  async start(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toRoom(await this.rooms.start(actor, id), this.#baseUrl);
  }

  @Post(':id/end')
  @Operation({
    summary: 'End the visit; everybody is sent out of the room',
    access: ['doctor'],
    answers: RoomAnswer,
    message: 'The visit has ended.',
    fails: ['not_found', 'conflict'],
  })
  async end(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toRoom(await this.rooms.end(actor, id), this.#baseUrl);
  }

  @Get(':id/status')
  @Operation({
    summary: 'How far a visit is',
    access: 'authenticated',
    answers: StatusAnswer,
    fails: ['not_found'],
  })
  async status(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toStatus(await this.rooms.visible(actor, id));
  }

  @Get(':id/signals')
  @Operation({
    summary: 'Signals since the last poll, for a client without WebSocket',
    access: ['doctor', 'patient'],
    limit: 'signalling',
    answers: SignalsAnswer,
    fails: ['not_found', 'conflict', 'gone'],
  })
  async poll(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: PollRoom }) { after }: z.output<typeof PollRoom>,
  ) {
    return toSignals(await this.signals.poll(actor, id, after ?? null));
  }
}
