import { Injectable } from '@nestjs/common';
import { type Actor, Clock, notFound } from '#kernel';
import { Database, Transactional } from '#platform';
import { hashJoinToken, newJoinToken } from '../joining/join-token.ts';
import { type JoinGrant, JoinTokensService } from '../joining/join-tokens.service.ts';
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
export interface GuestGrant extends JoinGrant {
  readonly guest: Guest;
}

/** The way in for who was invited: a link is exchanged once for a key, and the key for join tokens. */
@Injectable()
export class GuestEntrance {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: RoomRecords,
    private readonly tokens: JoinTokensService,
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
   * Lets a guest into the room once.
   * @throws not_found `guest_key_not_found`; gone `guest_withdrawn`, `room_ended`; conflict `too_early`,
   *   `too_late`
   */
  async join(key: string): Promise<GuestGrant> {
    const { guest, room } = await this.byKey(key);
    return { ...(await this.tokens.grant(room, { role: 'guest', guestId: guest.id })), guest };
  }

  /**
   * Who holds this key, and their visit.
   * @throws not_found `guest_key_not_found`; gone `guest_withdrawn`, `room_ended`
   */
  async byKey(key: string): Promise<{ guest: Guest; room: VisitRoom }> {
    const guest = await this.database.query
      .selectFrom('roomGuests')
      .select(GUEST_COLUMNS)
      .where('keyHash', '=', hashJoinToken(key))
      .executeTakeFirst();
    if (!guest) throw notFound('guest_key');
    if (guest.revokedAt) throw guestWithdrawn();
    return { guest, room: await this.#openRoom(guest) };
  }

  async #openRoom(guest: Guest): Promise<VisitRoom> {
    const room = await this.records.byId(guest.roomId);
    if (room.status === 'ended') throw roomEnded(room.endReason);
    return room;
  }
}
