import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import type { Answer } from '../support/client.ts';
import {
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../support/people.ts';
import { descendants, untilGone } from './support/processes.ts';
import { ServerProcess } from './support/server.ts';

const CROWD = 200;

describe('a crowd that wants the same time', () => {
  let server: ServerProcess;
  let admin: Person;
  let people: Person[];

  before(async () => {
    server = await ServerProcess.start();
    admin = await registerAdmin(server.app);
    people = await Promise.all(Array.from({ length: 20 }, () => register(server.app)));
  });
  after(async () => {
    const started = descendants();
    await server.close();
    await untilGone(started);
  });

  const newDoctor = (profile = {}) => registerDoctor(server.app, admin, profile);
  const one = (index: number) => people[index % people.length] as Person;
  const wanting = (who: (index: number) => Person, what: (index: number) => object): Promise<Answer[]> =>
    Promise.all(
      Array.from({ length: CROWD }, (_, index) => who(index).client.post('/api/appointments/', what(index))),
    );
  const slotOf = async ({ doctorId }: DoctorPerson, index: number): Promise<string> => {
    const start = (await freeSlots(one(0).client, doctorId))[index]?.start;
    if (start === undefined) throw new Error(`The doctor has no slot ${index}.`);
    return start;
  };

  function expectOne(answers: readonly Answer[], codes: readonly string[]): void {
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    for (const answer of answers) {
      if (answer === made[0]) continue;
      expect(answer).toMatchObject({ status: 409, body: { status: 'error' } });
      expect(codes).toContain(answer.body.details.code);
    }
  }

  /** What PostgreSQL itself counted in this database. */
  async function expectNoDeadlock(): Promise<void> {
    await server.app.sql('select pg_stat_clear_snapshot()');
    const rows = await server.app.sql(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
  }

  async function expectNoOverlap(column: 'practitioner_id' | 'patient_id'): Promise<void> {
    const overlaps = await server.app.sql(
      `select a.id, b.id from appointments a join appointments b on a.${column} = b.${column} and a.id < b.id
         and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
       where a.status in ('held', 'scheduled') and b.status in ('held', 'scheduled')`,
    );
    expect(overlaps).toEqual([]);
  }

  it('gets one booking of a slot, and the others the nearest free ones', async () => {
    const doctor = await newDoctor();
    const start = await slotOf(doctor, 4);
    const answers = await wanting(one, () => ({ doctor_id: doctor.doctorId, start }));
    expectOne(answers, ['slot_taken']);
    for (const { status, body } of answers) {
      if (status === 409) expect(body.details.nearest_free.length).toBeGreaterThan(0);
    }
    await expectNoDeadlock();
  });

  it('gets one booking of ranges that overlap while the doctor changes the hours', async () => {
    const doctor = await newDoctor();
    const day = Temporal.Now.plainDateISO('UTC').add({ days: 1 });
    const found = await doctor.client.get(`/api/doctors/availability/?day_of_week=${day.dayOfWeek}`);
    const [rule] = found.body.data.items;
    const cutInto = async (slot_minutes: number) => {
      const answer = await doctor.client.patch(`/api/doctors/availability/${rule.id}/`, { slot_minutes });
      expect(answer.status).toBe(200);
    };
    // Slots of 45 minutes start at 09:45 and not at 10:00, slots of 30 the other way round; these two overlap.
    const starts = ['09:45', '10:00'].map((time) => `${day.toString()}T${time}:00Z`);
    const crowd = wanting(one, (index) => ({ doctor_id: doctor.doctorId, start: starts[index % 2] }));
    for (const minutes of [45, 30, 45, 30, 45]) await cutInto(minutes);
    expectOne(await crowd, ['slot_taken', 'slot_not_offered']);
    await expectNoOverlap('practitioner_id');
    await expectNoDeadlock();
  });

  it('of one patient among many doctors gets one booking', async () => {
    const doctors = await Promise.all(Array.from({ length: 10 }, () => newDoctor()));
    const start = await slotOf(doctors[0] as DoctorPerson, 6);
    const patient = await register(server.app);
    const doctorOf = (index: number) => (doctors[index % doctors.length] as DoctorPerson).doctorId;
    const answers = await wanting(
      () => patient,
      (index) => ({ doctor_id: doctorOf(index), start }),
    );
    expectOne(answers, ['patient_busy', 'slot_taken']);
    await expectNoOverlap('patient_id');
    await expectNoDeadlock();
  });
});
