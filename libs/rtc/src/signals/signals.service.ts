import { Injectable } from '@nestjs/common';
import { VisitWindow } from '#appointments';
import type { UserActor } from '#kernel';
import type { RelayedMessage } from '../protocol/protocol.ts';
import type { Admission } from '../rooms/room-directory.ts';
import { RoomRecords } from '../rooms/room-records.ts';
import { roleIn } from '../rooms/visit-room.entity.ts';
import { notAMember } from '../rtc.errors.ts';
import { type PolledSignals, SignalPolling } from './signal-polling.ts';

/** Signalling by HTTP requests, for a client that has no WebSocket: the same log that the gateway uses. */
@Injectable()
export class SignalsService {
  constructor(
    private readonly records: RoomRecords,
    private readonly polling: SignalPolling,
    private readonly window: VisitWindow,
  ) {}

  /** @throws not_found `room_not_found`; forbidden `not_a_participant`; gone `signals_forgotten`; conflict `too_early`, `too_late` */
  async poll(actor: UserActor, roomId: string, after: number | null): Promise<PolledSignals> {
    return this.polling.poll(await this.#admission(actor, roomId), after);
  }

  /** @throws as `poll`; conflict `not_admitted`, `not_in_room`, `no_such_participant` */
  async post(actor: UserActor, roomId: string, message: RelayedMessage): Promise<number> {
    return this.polling.post(await this.#admission(actor, roomId), message);
  }

  async #admission(actor: UserActor, roomId: string): Promise<Admission> {
    const room = await this.records.visible(actor, roomId);
    const role = roleIn(room, actor.userId);
    if (!role) throw notAMember();
    if (room.status !== 'ended') this.window.assertOpen({ ...room, status: room.visitStatus });
    const admitted = role === 'doctor' || room.patientReturnedAt === null;
    return { roomId, participantId: actor.userId, role, admitted, displayName: room[role].name };
  }
}
