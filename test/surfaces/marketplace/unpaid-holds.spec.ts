import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  cast,
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerDoctor,
} from '../../support/people.ts';

const MOST = 3;

describe('visits that are held and not paid for', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp({ MAX_UNPAID_HOLDS: String(MOST) });
    ({ admin, doctor } = await cast(app));
  });
  after(() => app.close());

  const startsOf = async (of: DoctorPerson) =>
    (await freeSlots(app.client(), of.doctorId)).map(({ start }) => start);
  const hold = (person: Person, start: string | undefined, more: object = {}) =>
    person.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start, ...more });
  const refused = { status: 409, body: { details: { code: 'too_many_holds', most: MOST } } };

  it('take no more of a calendar than one who pays would hold, however many are asked for at once', async () => {
    const greedy = await register(app);
    const starts = await startsOf(doctor);
    const answers = await Promise.all(starts.slice(0, 20).map((start) => hold(greedy, start)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(MOST);
    for (const answer of answers.filter(({ status }) => status !== 201))
      expect(answer).toMatchObject(refused);
    expect(await startsOf(doctor)).toHaveLength(starts.length - MOST);
  });

  it('count until they are paid for, called off or have lapsed, for whomever they are', async () => {
    const person = await register(app);
    const { id: childId } = (
      await person.client.post('/api/patients/dependants/', {
        first_name: 'Kim',
        last_name: 'Lee',
        date_of_birth: '2020-02-29',
        relationship: 'parent',
      })
    ).body.data;
    const starts = await startsOf(doctor);
    const child = { patient_id: childId };
    const held = [
      await hold(person, starts[0]),
      await hold(person, starts[1], child),
      await hold(person, starts[2]),
    ];
    expect(held.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await hold(person, starts[3], child)).toMatchObject(refused);
    const [paid, calledOff, lapsed] = held.map(({ body }) => body.data.id as string);
    await app.sql(`update appointments set status = 'scheduled', hold_expires_at = null where id = $1`, [
      paid,
    ]);
    expect((await hold(person, starts[3])).status).toBe(201);
    expect(await hold(person, starts[4])).toMatchObject(refused);
    await person.client.post(`/api/appointments/${calledOff}/cancel/`);
    expect((await hold(person, starts[4])).status).toBe(201);
    await app.sql('update appointments set hold_expires_at = now() where id = $1', [lapsed]);
    expect((await hold(person, starts[5])).status).toBe(201);
    expect(await hold(person, starts[6])).toMatchObject(refused);
  });

  it('are none where a visit costs nothing', async () => {
    doctor = await registerDoctor(app, admin, { consultation_fee: { amount: 0, currency: 'EUR' } });
    const person = await register(app);
    const answers = [];
    for (const start of (await startsOf(doctor)).slice(0, MOST + 2)) answers.push(await hold(person, start));
    expect(answers.map(({ status }) => status)).toEqual(Array(MOST + 2).fill(201));
  });
});
