import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';

@KeepsOfAccount('calls')
export class RtcAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const [calls, quality, preCallTests, invitations] = await Promise.all([
      this.database.query
        .selectFrom('roomPresences as presence')
        .innerJoin('rooms as room', 'room.id', 'presence.roomId')
        .select(['room.id as roomId', 'room.appointmentId', 'presence.role'])
        .select(['presence.joinedAt', 'presence.leftAt'])
        .where('presence.userId', '=', userId)
        .orderBy('presence.joinedAt')
        .execute(),
      this.database.query
        .selectFrom('roomQualityReports')
        .select(['roomId', 'at', 'report'])
        .where('participantId', '=', userId)
        .orderBy('at')
        .execute(),
      this.database.query
        .selectFrom('roomPreCallTests')
        .select(['roomId', 'createdAt', 'verdict', 'findings'])
        .where('userId', '=', userId)
        .orderBy('createdAt')
        .execute(),
      this.database.query
        .selectFrom('roomGuests')
        .select(['roomId', 'kind', 'displayName', 'createdAt'])
        .where('invitedBy', '=', userId)
        .orderBy('createdAt')
        .execute(),
    ]);
    return { calls, quality, preCallTests, invitations };
  }
}
