import pg from 'pg';
import { TokenIssuer } from '#auth';
import { SystemClock } from '#kernel';
import type { Config } from '#platform';
import { hashJoinToken, newJoinToken } from '#rtc';

/** A doctor and a patient who are in a visit now, in an open room; between them a past. */
export interface Pair {
  readonly organization: string;
  readonly doctor: string;
  readonly doctorUser: string;
  readonly patient: string;
  readonly patientUser: string;
  readonly session: string;
  readonly appointment: string;
  readonly room: string;
  /** The patient's. */
  readonly accessToken: string;
  readonly doctorJoinToken: string;
  readonly patientJoinToken: string;
}

export const PAIRS = 200;
/** Visits that each doctor has had. */
export const PAST_VISITS = 100;

const CAST = `
create temporary table play as
  select i, uuidv7() organization, uuidv7() branch, uuidv7() doctor, uuidv7() doctor_user, uuidv7() patient,
    uuidv7() patient_user, uuidv7() session, uuidv7() appointment, uuidv7() room
  from generate_series(1, ${PAIRS}) i;
insert into users (id, email, first_name, last_name, roles, time_zone, created_at, updated_at)
  select doctor_user, 'doctor' || i || '@bench.test', 'Dora', 'Bench' || i, array['doctor'], 'UTC', now(), now() from play
  union all
  select patient_user, 'patient' || i || '@bench.test', 'Paul', 'Bench' || i, array['patient'], 'UTC', now(), now() from play;
insert into sessions (id, user_id, origin, created_at, last_used_at, expires_at)
  select session, patient_user, 'password', now(), now(), now() + interval '1 day' from play;
insert into organizations (id, name, country, time_zone, created_at, updated_at)
  select organization, 'Practice ' || i, 'FR', 'UTC', now(), now() from play;
insert into branches (id, organization_id, name, created_at) select branch, organization, 'Main', now() from play;
insert into staff_members (id, organization_id, branch_id, user_id, name, created_at)
  select doctor, organization, branch, doctor_user, 'Dr. Dora Bench' || i, now() from play;
insert into doctors (id, organization_id, user_id, name, specialties, languages, fee_amount, fee_currency, time_zone,
    slot_minutes, minimum_notice_minutes, booking_horizon_days, kyc_status, license_expires_on, created_at, updated_at)
  select doctor, organization, doctor_user, 'Dr. Dora Bench' || i, array['general practice'], array['en'], 5000, 'EUR',
    'UTC', 30, 0, 365, 'approved', '2099-12-31', now(), now() from play;
insert into availability_rules (id, organization_id, practitioner_id, kind, weekday, start_time, end_time, time_zone,
    slot_minutes, created_at, updated_at)
  select uuidv7(), organization, doctor, 'weekly', weekday, '00:00', '24:00', 'UTC', 30, now(), now()
  from play, generate_series(1, 7) weekday;
insert into patients (id, user_id, first_name, last_name, created_at, updated_at)
  select patient, patient_user, 'Paul', 'Bench' || i, now(), now() from play;
insert into appointments (id, organization_id, practitioner_id, patient_id, booked_by, status, starts_at, ends_at,
    fee_amount, fee_currency, cancellation_policy, created_at, updated_at)
  select appointment, organization, doctor, patient, patient_user, 'in_progress'::appointment_status, now(),
    now() + interval '30 minutes', 5000, 'EUR', '{"freeUntilHours": 24, "partialRefundPercent": 50, "partialUntilHours": 0}'::jsonb, now(), now()
  from play
  union all
  select uuidv7(), organization, doctor, patient, patient_user, 'completed', now() - visit * interval '1 day',
    now() - visit * interval '1 day' + interval '30 minutes', 5000, 'EUR',
    '{"freeUntilHours": 24, "partialRefundPercent": 50, "partialUntilHours": 0}', now(), now()
  from play, generate_series(1, ${PAST_VISITS}) visit;
insert into rooms (id, organization_id, appointment_id, practitioner_id, patient_id, status, started_at, created_at, updated_at)
  select room, organization, appointment, doctor, patient, 'active', now(), now(), now() from play;
`;

/** Fills a fresh database, as the superuser. */
export async function fillDatabase(superuserUrl: string, config: Config): Promise<Pair[]> {
  const client = new pg.Client(superuserUrl);
  await client.connect();
  try {
    await client.query(CAST);
    await client.query('analyze');
    const { rows } = await client.query<Record<string, string>>(
      `select organization, doctor, doctor_user as "doctorUser", patient, patient_user as "patientUser", session,
         appointment, room from play order by i`,
    );
    const issuer = new TokenIssuer(config, new SystemClock());
    const pairs = await Promise.all(
      (rows as unknown as Pair[]).map(async (pair) => ({
        ...pair,
        accessToken: await issuer.issue({ userId: pair.patientUser, sessionId: pair.session }),
        doctorJoinToken: newJoinToken(),
        patientJoinToken: newJoinToken(),
      })),
    );
    await client.query(
      `insert into room_join_tokens (id, token_hash, room_id, user_id, role, created_at, expires_at)
       select uuidv7(), t.hash, t.room, t.member, t.role::room_role, now(), now() + interval '1 day'
       from unnest($1::bytea[], $2::uuid[], $3::uuid[], $4::text[]) as t(hash, room, member, role)`,
      [
        pairs.flatMap((pair) => [pair.doctorJoinToken, pair.patientJoinToken].map(hashJoinToken)),
        pairs.flatMap((pair) => [pair.room, pair.room]),
        pairs.flatMap((pair) => [pair.doctorUser, pair.patientUser]),
        pairs.flatMap(() => ['doctor', 'patient']),
      ],
    );
    return pairs;
  } finally {
    await client.end();
  }
}
