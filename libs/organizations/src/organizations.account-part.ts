import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';

@KeepsOfAccount('practices')
export class OrganizationsAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    return {
      memberships: await this.database.query
        .selectFrom('staffMembers as member')
        .innerJoin('organizations as practice', 'practice.id', 'member.organizationId')
        .select([
          'member.id',
          'member.name',
          'member.createdAt',
          'practice.id as practiceId',
          'practice.name as practiceName',
          'practice.country',
          'practice.timeZone',
          'practice.address',
          'practice.phone',
          'practice.email',
        ])
        .where('member.userId', '=', userId)
        .execute(),
    };
  }
}
