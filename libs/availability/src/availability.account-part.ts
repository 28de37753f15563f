import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';
import { asRule } from './availability-rule.entity.ts';

@KeepsOfAccount('hours')
export class AvailabilityAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const rows = await this.database.query
      .selectFrom('availabilityRules')
      .selectAll()
      .where('practitionerId', 'in', (eb) =>
        eb.selectFrom('staffMembers').select('staffMembers.id').where('staffMembers.userId', '=', userId),
      )
      .orderBy('createdAt')
      .execute();
    return { rules: rows.map(asRule) };
  }
}
