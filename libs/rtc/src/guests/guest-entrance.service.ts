import { Injectable } from '@nestjs/common';
import { VisitWindow } from '#appointments';
import { type Actor, Clock, newId, notFound } from '#kernel';
import { Database, Transactional } from '#platform';
import { hashJoinToken, newJoinToken } from '../joining/join-token.ts';
import { JOIN_TOKEN_SECONDS } from '../joining/join-tokens.service.ts';
import { TurnCredentials } from '../joining/turn-credentials.ts';
import type { IceConfiguration } from '../protocol/protocol.ts';
import { VisitTimeline } from '../record/visit-timeline.ts';
import { RoomRecords } from '../rooms/room-records.ts';
import type { VisitRoom } from '../rooms/visit-room.entity.ts';
import { guestWithdrawn, linkSpent, roomEnded } from '../rtc.errors.ts';
import { GUEST_COLUMNS, type Guest, statusOf } from './guest.entity.ts';

/** What a guest gets for a link: a key of their own, shown once. */
export interface GuestKey {
  readonly guest: Guest;
  readonly key: string;
  readonly room: VisitRoom;
}

/** What a guest needs to enter. */
export interface GuestGrant {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: Temporal.Instant;
  readonly guest: Guest;
  readonly room: VisitRoom;
  readonly ice: IceConfiguration;
}

/** The way in for who was invited: a link is exchanged once for a key, and the key for join tokens. */
@Injectable()
export class GuestEntrance {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly window: VisitWindow,
    private readonly records: RoomRecords,
    private readonly turn: TurnCredentials,
    private readonly timeline: VisitTimeline,
  ) {}

  /**
   * @throws not_found `guest_link_not_found`; gone `guest_link_used`, `guest_link_expired`,
   *   `guest_link_withdrawn`, `room_ended`
   */
  @Transactional()
  async redeem(actor: Actor, token: string): Promise<GuestKey> {
    const now = this.clock.now();
    const guest = await this.database.query
      .selectFrom('roomGuests')
      .select(GUEST_COLUMNS)
      .where('linkHash', '=', hashJoinToken(token))
      .forUpdate()
      .executeTakeFirst();
    if (!guest) throw notFound('guest_link');
    const status = statusOf(guest, now);
    if (status !== 'invited') throw linkSpent(status === 'joined' ? 'used' : status);
    const room = await this.#openRoom(guest);
    const key = newJoinToken();
    await this.database.query
      .updateTable('roomGuests')
      .set({ keyHash: hashJoinToken(key), redeemedAt: now })
      .where('id', '=', guest.id)
      .execute();
    await this.timeline.add(actor, room, 'redeem_invitation', guest.id);
    return { guest: { ...guest, redeemedAt: now }, key, room };
  }

  /**
   * Lets a guest into the room once, as `JoinTokensService.issue` does for users.
   * @throws not_found `guest_key_not_found`; gone `guest_withdrawn`, `room_ended`; conflict `too_early`,
   *   `too_late`
   */
  async join(key: string): Promise<GuestGrant> {
    const guest = await this.database.query
      .selectFrom('roomGuests')
      .select(GUEST_COLUMNS)
      .where('keyHash', '=', hashJoinToken(key))
      .executeTakeFirst();
    if (!guest) throw notFound('guest_key');
    if (guest.revokedAt) throw guestWithdrawn();
    const room = await this.#openRoom(guest);
    this.window.assertOpen({ ...room, status: room.visitStatus });
    const id = newId();
    const token = newJoinToken();
    const createdAt = this.clock.now();
    const expiresAt = createdAt.add({ seconds: JOIN_TOKEN_SECONDS });
    await this.database.query
      .insertInto('roomJoinTokens')
      .values({
        id,
        tokenHash: hashJoinToken(token),
        roomId: room.id,
        guestId: guest.id,
        role: 'guest',
        createdAt,
        expiresAt,
      })
      .execute();
    return { id, token, expiresAt, guest, room, ice: this.turn.issue(guest.id) };
  }

  async #openRoom(guest: Guest): Promise<VisitRoom> {
    const room = await this.records.byId(guest.roomId);
    if (room.status === 'ended') throw roomEnded(room.endReason);
    return room;
  }
}
