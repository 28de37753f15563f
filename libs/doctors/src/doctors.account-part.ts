import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';
import { asDoctor, DOCTOR_COLUMNS } from './doctor.entity.ts';

@KeepsOfAccount('doctor_profile')
export class DoctorsAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const row = await this.database.query
      .selectFrom('doctors')
      .select(DOCTOR_COLUMNS)
      .where('userId', '=', userId)
      .executeTakeFirst();
    return { profile: row ? asDoctor(row) : null };
  }
}
