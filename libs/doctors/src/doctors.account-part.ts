import { type AccountPart, KeepsOfAccount } from '#auth';
import { Database } from '#platform';
import { asDoctor, DOCTOR_COLUMNS } from './doctor.entity.ts';
import { LICENCE_COLUMNS } from './licence.entity.ts';

@KeepsOfAccount('doctor_profile')
export class DoctorsAccountPart implements AccountPart {
  constructor(private readonly database: Database) {}

  async export(userId: string): Promise<Record<string, unknown>> {
    const row = await this.database.query
      .selectFrom('doctors')
      .select(DOCTOR_COLUMNS)
      .where('userId', '=', userId)
      .executeTakeFirst();
    const licences = await this.database.query
      .selectFrom('licences')
      .select(LICENCE_COLUMNS)
      .where('doctorId', '=', row?.id ?? null)
      .orderBy('createdAt')
      .execute();
    return { profile: row ? asDoctor(row) : null, licences };
  }
}
