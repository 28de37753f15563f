import pg from 'pg';
import { newId } from '#kernel';
import { hashJoinToken, newJoinToken } from '#rtc';
import type { Bench } from '../bench.ts';
import { type Competitor, race } from '../race.ts';
import { RelayLoad } from '../relay-load.ts';
import { openRelays, type Relay } from '../relays.ts';
import type { Stage } from '../stage.ts';
import { gateway, type RoomOfTwo } from '../wires.ts';

/** Rooms that are entered in a round. */
const ROOMS = 300;
const ROUNDS = 4;
/** Connections that wait while memory is measured. */
const WAITING = 10_000;

export const idle: Bench = {
  name: 'idle',
  title: 'entering rooms, and waiting in them',
  unit: 'connection',
  async run(openStage) {
    const stage = await openStage();
    const relays = await openRelays(stage);
    const enter = async ({ url, wire }: Relay, rooms: readonly RoomOfTwo[]) =>
      RelayLoad.open(rooms.map((room) => wire(url, room)));
    const competitors = relays.all.map(
      (relay): Competitor => ({
        name: relay.name,
        async run() {
          const rooms = await roomsFor(stage, relay, ROOMS);
          let load: RelayLoad | undefined;
          const sample = await relay.process.sampled(ROOMS * 2, async () => {
            load = await enter(relay, rooms);
          });
          load?.close();
          return sample;
        },
      }),
    );
    try {
      const result = await race(competitors, ROUNDS);
      const notes: string[] = [];
      for (const relay of relays.all) {
        const rooms = await roomsFor(stage, relay, WAITING / 2);
        const before = await relay.process.memory();
        const load = await enter(relay, rooms);
        const each = ((await relay.process.memory()) - before) / WAITING;
        load.close();
        notes.push(`${relay.name}: ${(each / 1024).toFixed(1)} KiB of memory for a connection that waits`);
      }
      return {
        ...result,
        conditions: `${ROOMS * 2} connections a round, opened 64 at a time; memory with ${WAITING.toLocaleString('en')} of them`,
        notes,
      };
    } finally {
      await relays.stop();
    }
  },
};

/** The others let anybody into any room. */
async function roomsFor(stage: Stage, { wire }: Relay, count: number): Promise<RoomOfTwo[]> {
  if (wire === gateway) return openRooms(stage, count);
  return Array.from({ length: count }, () => ({ room: newId(), tokens: ['', ''] as const }));
}

/** Rooms of past visits, as if they were open: nobody looks at the visit's time once the token is there. */
async function openRooms({ superuserUrl }: Stage, count: number): Promise<RoomOfTwo[]> {
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
