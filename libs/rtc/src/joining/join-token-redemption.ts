import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Clock } from '#kernel';
import { Database, Gathering } from '#platform';
import type { Admission } from '../rooms/room-directory.ts';

/** How many tokens are used up by one statement. */
const MOST_AT_ONCE = 32;

interface ShownToken {
  readonly roomId: string;
  readonly tokenHash: Buffer;
}

/** Takes join tokens at the door; those of people who come at the same time, as after a break, together. */
@Injectable()
export class JoinTokenRedemption {
  readonly #shown = new Gathering<ShownToken, Admission | null>(
    (tokens) => this.#useUp(tokens),
    MOST_AT_ONCE,
  );

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Uses up a join token. @returns `null` when it is unknown, used, expired or for another room. */
  redeem(roomId: string, tokenHash: Buffer): Promise<Admission | null> {
    return this.#shown.add({ roomId, tokenHash });
  }

  async #useUp(tokens: readonly ShownToken[]): Promise<(Admission | null)[]> {
    const now = this.clock.now();
    // One statement marks the tokens as used, so that of two who show the same one gets in.
    const used = await this.database.query
      .updateTable('roomJoinTokens as token')
      .from('rooms as room')
      .innerJoin('doctors as doctor', 'doctor.id', 'room.practitionerId')
      .innerJoin('patients as patient', 'patient.id', 'room.patientId')
      .set({ usedAt: now })
      .whereRef('room.id', '=', 'token.roomId')
      .where(
        sql<boolean>`(token.room_id, token.token_hash) in (select * from unnest(
          ${tokens.map(({ roomId }) => roomId)}::uuid[], ${tokens.map(({ tokenHash }) => tokenHash)}::bytea[]))`,
      )
      .where('token.usedAt', 'is', null)
      .where('token.expiresAt', '>', now)
      .where(
        sql<boolean>`not exists (select from sessions session
          where session.id = token.session_id and session.revoked_at is not null)`,
      )
      // Who acted for the patient when the token was made may have handed the chart over since.
      .where(sql<boolean>`(token.role <> 'patient' or token.user_id = patient.account_user_id)`)
      .returning([
        'token.tokenHash',
        'token.roomId',
        'token.userId',
        'token.guestId',
        'token.role',
        'room.patientReturnedAt',
        'doctor.name as doctorName',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
      ])
      .execute();
    const admissions = new Map<string, Admission | null>();
    for (const { tokenHash, roomId, userId, guestId, role, doctorName, patientName, ...room } of used) {
      const admission = {
        roomId,
        // Either names who it is: the database holds the token to that.
        participantId: userId ?? '',
        role,
        displayName: role === 'doctor' ? doctorName : patientName,
        admitted: role === 'doctor' || room.patientReturnedAt === null,
      };
      admissions.set(nameOf({ roomId, tokenHash }), guestId ? await this.#guest(roomId, guestId) : admission);
    }
    return tokens.map((token) => {
      const name = nameOf(token);
      const admission = admissions.get(name) ?? null;
      admissions.delete(name);
      return admission;
    });
  }

  async #guest(roomId: string, guestId: string): Promise<Admission | null> {
    const guest = await this.database.query
      .selectFrom('roomGuests')
      .select(['displayName', 'kind', 'admittedAt'])
      .where('id', '=', guestId)
      .where('revokedAt', 'is', null)
      .executeTakeFirst();
    if (!guest) return null;
    const { displayName, kind: guestKind, admittedAt } = guest;
    return {
      roomId,
      participantId: guestId,
      role: 'guest',
      displayName,
      guestKind,
      admitted: admittedAt !== null,
    };
  }
}

function nameOf({ roomId, tokenHash }: { roomId: string; tokenHash: Uint8Array }): string {
  return `${roomId} ${Buffer.from(tokenHash).toString('hex')}`;
}
