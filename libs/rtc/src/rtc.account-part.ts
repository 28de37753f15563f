import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';

@KeepsOfAccount('calls')
export class RtcAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    return {
      calls: await this.database.query
        .selectFrom('roomParticipants as participant')
        .innerJoin('rooms as room', 'room.id', 'participant.roomId')
        .select([
          'room.id as roomId',
          'room.appointmentId',
          'participant.role',
          'participant.firstJoinedAt',
          'participant.lastLeftAt',
          'participant.quality',
        ])
        .where('participant.userId', '=', userId)
        .orderBy('participant.firstJoinedAt')
        .execute(),
    };
  }
}
