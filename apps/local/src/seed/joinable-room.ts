import { Client } from 'pg';
import { DOCTOR_NOW, emailOf, PATIENT_NOW } from './cast.ts';

/** How far from now a visit may begin that can be joined now (VisitWindow), with some time left in it. */
export const JOINABLE = { before: { minutes: 30 }, after: { minutes: 15 } };

/** PostgreSQL's code for a table that is not there: nothing has been migrated yet. */
const UNDEFINED_TABLE = '42P01';

/** The room of the demo's visit that can be joined now; the one question that every start asks. */
export async function joinableRoom(databaseUrl: string): Promise<string | undefined> {
  const now = Temporal.Now.instant();
  const client = new Client({ connectionString: databaseUrl, options: '-c televisit.scope=platform' });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `select room.id
       from rooms room
       join appointments visit on visit.id = room.appointment_id
       join doctors doctor on doctor.id = visit.practitioner_id
       join users doctor_user on doctor_user.id = doctor.user_id
       join patients patient on patient.id = visit.patient_id
       join users patient_user on patient_user.id = patient.user_id
       where doctor_user.email = $1 and patient_user.email = $2
         and visit.status in ('scheduled', 'arrived', 'in_progress') and room.status <> 'ended'
         and visit.starts_at between $3 and $4
       order by visit.starts_at
       limit 1`,
      [
        emailOf(DOCTOR_NOW),
        emailOf(PATIENT_NOW),
        String(now.subtract(JOINABLE.before)),
        String(now.add(JOINABLE.after)),
      ],
    );
    return rows[0]?.id;
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return undefined;
    throw error;
  } finally {
    await client.end();
  }
}
