import { Injectable } from '@nestjs/common';
import { VisitWindow } from '#appointments';
import { type Actor, Clock, newId, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { Database, given, pageOf, within } from '#platform';
import type { IceConfiguration, RoomRole } from '../protocol/protocol.ts';
import { RoomRecords } from '../rooms/room-records.ts';
import { type MemberRole, roleIn, type VisitRoom } from '../rooms/visit-room.entity.ts';
import { notAMember, roomEnded } from '../rtc.errors.ts';
import { hashJoinToken, newJoinToken } from './join-token.ts';
import { TurnCredentials } from './turn-credentials.ts';

/** How long a join token waits to be used, in seconds. */
const JOIN_TOKEN_SECONDS = 120;

/** Whom a token lets in: somebody of the visit, in the login that asks, or a guest. */
export type TokenHolder =
  | { readonly role: MemberRole; readonly userId: string; readonly sessionId: string | null }
  | { readonly role: 'guest'; readonly guestId: string };

/** What a client needs to enter: it is shown once. */
export interface JoinGrant {
  readonly id: string;
  readonly token: string;
  readonly role: RoomRole;
  readonly expiresAt: Temporal.Instant;
  readonly room: VisitRoom;
  readonly ice: IceConfiguration;
}

/** A token that was issued, as its list shows it: never the token itself. */
export interface IssuedToken {
  readonly id: string;
  readonly roomId: string;
  readonly role: RoomRole;
  readonly createdAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  readonly usedAt: Temporal.Instant | null;
}

export interface TokenFilter {
  readonly roomId?: string;
  readonly created?: Period;
  readonly order?: { readonly by: 'createdAt' | 'expiresAt'; readonly descending: boolean };
}

@Injectable()
export class JoinTokensService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: RoomRecords,
    private readonly turn: TurnCredentials,
    private readonly window: VisitWindow,
  ) {}

  /**
   * Lets the actor into a room once, in the role they have in the visit.
   * @throws not_found `room_not_found`; forbidden `not_a_participant`; gone `room_ended`; conflict
   *   `too_early`, `too_late`
   */
  async issue(actor: UserActor, roomId: string): Promise<JoinGrant> {
    const room = await this.records.visible(actor, roomId);
    const role = roleIn(room, actor.userId);
    if (!role) throw notAMember();
    return this.grant(room, { role, userId: actor.userId, sessionId: actor.sessionId ?? null });
  }

  /**
   * Lets the holder into a room once, whoever vouches for them.
   * @throws gone `room_ended`; conflict `too_early`, `too_late`
   */
  async grant(room: VisitRoom, holder: TokenHolder): Promise<JoinGrant> {
    if (room.status === 'ended') throw roomEnded(room.endReason);
    this.window.assertOpen({ ...room, status: room.visitStatus });
    const token = newJoinToken();
    const id = newId();
    const createdAt = this.clock.now();
    const expiresAt = createdAt.add({ seconds: JOIN_TOKEN_SECONDS });
    await this.database.query
      .insertInto('roomJoinTokens')
      .values({ ...holder, id, tokenHash: hashJoinToken(token), roomId: room.id, createdAt, expiresAt })
      .execute();
    const participantId = holder.role === 'guest' ? holder.guestId : holder.userId;
    return { id, token, role: holder.role, expiresAt, room, ice: this.turn.issue(participantId) };
  }

  /** The actor's own tokens, newest first unless asked otherwise. */
  async list(actor: Actor, filter: TokenFilter, page: PageRequest): Promise<Page<IssuedToken>> {
    const { roomId, created } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    return pageOf(
      this.database.query
        .selectFrom('roomJoinTokens')
        .select(['id', 'roomId', 'role', 'createdAt', 'expiresAt', 'usedAt'])
        .where('userId', '=', actor.userId)
        .where((eb) => eb.and(given([roomId && eb('roomId', '=', roomId), ...within('createdAt', created)])))
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
  }
}
