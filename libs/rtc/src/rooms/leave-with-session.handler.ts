import { sql } from 'kysely';
import { SessionEnded } from '#auth';
import type { Actor } from '#kernel';
import { Database, type DataOf, type JobHandler, OnEvent } from '#platform';
import { RoomHub } from './room-hub.ts';

/** Who was shut out of a login leaves the rooms that were entered with it, at once. */
@OnEvent(SessionEnded, 'rtc.leave-with-session')
export class LeaveWithSession implements JobHandler<DataOf<typeof SessionEnded>> {
  constructor(
    private readonly database: Database,
    private readonly hub: RoomHub,
  ) {}

  async handle(_actor: Actor, { sessionId, userId }: DataOf<typeof SessionEnded>): Promise<void> {
    const { rows } = await sql<{ roomId: string }>`
      select room_id as "roomId" from (
        select distinct on (token.room_id) token.room_id, token.session_id
        from room_join_tokens token
        join rooms room on room.id = token.room_id and room.status <> 'ended'
        where token.user_id = ${userId} and token.used_at is not null
          and token.room_id in (select room_id from room_join_tokens where session_id = ${sessionId})
        order by token.room_id, token.used_at desc
      ) last_entry
      where session_id = ${sessionId}`.execute(this.database.query);
    for (const { roomId } of rows) await this.hub.accessRevoked(roomId, userId);
  }
}
