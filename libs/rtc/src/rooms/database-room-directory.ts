import { Injectable } from '@nestjs/common';
import { anyOf, Database, Gathering } from '#platform';
import { JoinTokenRedemption } from '../joining/join-token-redemption.ts';
import type { CallQuality } from '../protocol/protocol.ts';
import { PresenceRecords } from '../record/presence-records.ts';
import { WaitingLines } from '../waiting/waiting-lines.ts';
import {
  type Admission,
  type LeftReason,
  RoomDirectory,
  type RoomRecord,
  type WaitingPlace,
} from './room-directory.ts';

/** How many rooms are looked up at once. */
const MOST_AT_ONCE = 32;

/** The record that the live rooms look into and report to. */
@Injectable()
export class DatabaseRoomDirectory extends RoomDirectory {
  readonly #asked = new Gathering<string, RoomRecord | null>((ids) => this.#find(ids), MOST_AT_ONCE);

  constructor(
    private readonly database: Database,
    private readonly tokens: JoinTokenRedemption,
    private readonly presences: PresenceRecords,
    private readonly lines: WaitingLines,
  ) {
    super();
  }

  override redeemJoinToken(roomId: string, tokenHash: Buffer): Promise<Admission | null> {
    return this.tokens.redeem(roomId, tokenHash);
  }

  override load(roomId: string): Promise<RoomRecord | null> {
    return this.#asked.add(roomId);
  }

  override waitingPlace(roomId: string): Promise<WaitingPlace | null> {
    return this.lines.placeIn(roomId);
  }

  override participantJoined(admission: Admission, at: Temporal.Instant): Promise<void> {
    return this.presences.entered(admission, at);
  }

  override participantLeft(
    roomId: string,
    participantId: string,
    reason: LeftReason,
    at: Temporal.Instant,
  ): Promise<void> {
    return this.presences.left(roomId, participantId, reason, at);
  }

  override async recordQuality(
    roomId: string,
    participantId: string,
    { participant_id: aboutId, ...report }: CallQuality,
    at: Temporal.Instant,
  ): Promise<void> {
    await this.database.query
      .insertInto('roomQualityReports')
      .values({ roomId, participantId, aboutId: aboutId ?? null, at, report: JSON.stringify(report) })
      .execute();
  }

  async #find(ids: readonly string[]): Promise<(RoomRecord | null)[]> {
    const rooms = await this.database.query
      .selectFrom('rooms')
      .select(['id', 'status', 'endReason'])
      .where('id', '=', anyOf(ids))
      .execute();
    const found = new Map(rooms.map(({ id, ...room }) => [id, room]));
    return ids.map((id) => found.get(id) ?? null);
  }
}
