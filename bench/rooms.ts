import pg from 'pg';
import { hashJoinToken, newJoinToken } from '#rtc';
import type { Stage } from './stage.ts';
import type { RoomOfTwo } from './wires.ts';

/** Rooms of past visits, as if they were open: nobody looks at the visit's time once the token is there. */
export async function openRooms({ superuserUrl }: Stage, count: number): Promise<RoomOfTwo[]> {
  const client = new pg.Client(superuserUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ room: string; doctor: string; patient: string }>(
      `with visit as (
         select * from appointments visit where not exists (select from rooms where appointment_id = visit.id) limit $1
       ), opened as (
         insert into rooms (id, organization_id, appointment_id, practitioner_id, patient_id, status, started_at, created_at, updated_at)
         select uuidv7(), organization_id, id, practitioner_id, patient_id, 'active', now(), now(), now() from visit
         returning id, practitioner_id, patient_id
       )
       select opened.id as room, doctors.user_id as doctor, patients.user_id as patient from opened
       join doctors on doctors.id = practitioner_id join patients on patients.id = patient_id`,
      [count],
    );
    const rooms = rows.map((row) => ({ ...row, tokens: [newJoinToken(), newJoinToken()] as const }));
    await client.query(
      `insert into room_join_tokens (id, token_hash, room_id, user_id, role, created_at, expires_at)
       select uuidv7(), t.hash, t.room, t.member, t.role::room_role, now(), now() + interval '1 day'
       from unnest($1::bytea[], $2::uuid[], $3::uuid[], $4::text[]) as t(hash, room, member, role)`,
      [
        rooms.flatMap(({ tokens }) => tokens.map(hashJoinToken)),
        rooms.flatMap(({ room }) => [room, room]),
        rooms.flatMap(({ doctor, patient }) => [doctor, patient]),
        rooms.flatMap(() => ['doctor', 'patient']),
      ],
    );
    return rooms;
  } finally {
    await client.end();
  }
}
