import { Injectable } from '@nestjs/common';
import { VisitWindow } from '#appointments';
import { Clock, newId, notFound, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, Database, given, pageOf, Transactional, within } from '#platform';
import { hashJoinToken, newJoinToken } from '../joining/join-token.ts';
import type { GuestKind } from '../protocol/protocol.ts';
import { VisitTimeline } from '../record/visit-timeline.ts';
import { RoomHub } from '../rooms/room-hub.ts';
import { RoomRecords } from '../rooms/room-records.ts';
import { roleIn } from '../rooms/visit-room.entity.ts';
import { doctorOnly, guestsFull, notAMember, roomEnded } from '../rtc.errors.ts';
import { GUEST_COLUMNS, type Guest, type GuestStatus, statusOf } from './guest.entity.ts';

/** How many guests a visit has at most: with them four people are in the call, each connected to each. */
export const MAX_GUESTS = 2;
/** A link lasts until the visit closes, and never less than this. */
const LINK_MINUTES = 60;

export interface ListedGuest extends Guest {
  readonly status: GuestStatus;
}

/** A link as it is shown once. */
export interface Invitation {
  readonly guest: ListedGuest;
  readonly token: string;
}

export interface GuestFilter {
  /** Matches what the others see as the guest's name. */
  readonly search?: string;
  readonly created?: Period;
  readonly order?: { readonly by: 'createdAt' | 'displayName'; readonly descending: boolean };
}

/** The guests of a visit, as its two people see to them. */
@Injectable()
export class GuestsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly window: VisitWindow,
    private readonly records: RoomRecords,
    private readonly hub: RoomHub,
    private readonly timeline: VisitTimeline,
  ) {}

  /**
   * Makes a link by which somebody without an account joins the visit, once. The doctor lets them in.
   * @throws not_found `room_not_found`; forbidden `not_a_participant`, `doctor_only` for a second doctor;
   *   gone `room_ended`; conflict `guests_full`
   */
  @Transactional()
  async invite(
    actor: UserActor,
    roomId: string,
    { kind, displayName }: { readonly kind: GuestKind; readonly displayName: string },
  ): Promise<Invitation> {
    const room = await this.records.visible(actor, roomId);
    const role = roleIn(room, actor.userId);
    if (!role) throw notAMember();
    if (kind === 'second_doctor' && role !== 'doctor') throw doctorOnly();
    if (room.status === 'ended') throw roomEnded(room.endReason);
    const now = this.clock.now();
    // Of two invitations at once the second sees the first.
    await this.database.lock(`room-guests:${roomId}`);
    if ((await this.#seatsTaken(roomId, now)) >= MAX_GUESTS) throw guestsFull(MAX_GUESTS);
    const token = newJoinToken();
    const atLeast = now.add({ minutes: LINK_MINUTES });
    const { closesAt } = this.window.of(room);
    const guest = await this.database.query
      .insertInto('roomGuests')
      .values({
        id: newId(),
        roomId,
        kind,
        displayName,
        invitedBy: actor.userId,
        linkHash: hashJoinToken(token),
        linkExpiresAt: Temporal.Instant.compare(closesAt, atLeast) > 0 ? closesAt : atLeast,
        createdAt: now,
      })
      .returning(GUEST_COLUMNS)
      .executeTakeFirstOrThrow();
    await this.timeline.add(actor, room, 'invite', guest.id);
    return { guest: { ...guest, status: 'invited' }, token };
  }

  /**
   * The guests of a visit, for its people and administrators, newest first unless asked otherwise.
   * @throws not_found `room_not_found`
   */
  async list(
    actor: UserActor,
    roomId: string,
    filter: GuestFilter,
    page: PageRequest,
  ): Promise<Page<ListedGuest>> {
    const { search, created } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const room = await this.records.visible(actor, roomId);
    const now = this.clock.now();
    const found = await pageOf(
      this.database.query
        .selectFrom('roomGuests')
        .select(GUEST_COLUMNS)
        .where('roomId', '=', room.id)
        .where((eb) =>
          eb.and(
            given([
              search && eb('displayName', 'ilike', containing(search)),
              ...within('createdAt', created),
            ]),
          ),
        )
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
    return { ...found, items: found.items.map((guest) => ({ ...guest, status: statusOf(guest, now) })) };
  }

  /**
   * Withdraws a link, or sends the guest out who came by it. The doctor may, and who has invited. Doing it
   * twice is doing it once.
   * @throws not_found `room_not_found`, `guest_not_found`; forbidden `not_a_participant`, `doctor_only`
   */
  @Transactional()
  async withdraw(actor: UserActor, roomId: string, guestId: string): Promise<ListedGuest> {
    const room = await this.records.visible(actor, roomId);
    const role = roleIn(room, actor.userId);
    if (!role) throw notAMember();
    const guest = await this.database.query
      .selectFrom('roomGuests')
      .select(GUEST_COLUMNS)
      .where('id', '=', guestId)
      .where('roomId', '=', roomId)
      .forUpdate()
      .executeTakeFirst();
    if (!guest) throw notFound('guest');
    if (role !== 'doctor' && guest.invitedBy !== actor.userId) throw doctorOnly();
    if (guest.revokedAt) return { ...guest, status: 'withdrawn' };
    const revokedAt = this.clock.now();
    await this.database.query
      .updateTable('roomGuests')
      .set({ revokedAt })
      .where('id', '=', guestId)
      .execute();
    await this.timeline.add(actor, room, 'withdraw_invitation', guestId);
    this.database.afterCommit(() => this.hub.accessRevoked(roomId, guestId));
    return { ...guest, revokedAt, status: 'withdrawn' };
  }

  async #seatsTaken(roomId: string, now: Temporal.Instant): Promise<number> {
    const { count } = await this.database.query
      .selectFrom('roomGuests')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('roomId', '=', roomId)
      .where('revokedAt', 'is', null)
      .where((eb) => eb.or([eb('redeemedAt', 'is not', null), eb('linkExpiresAt', '>', now)]))
      .executeTakeFirstOrThrow();
    return count;
  }
}
