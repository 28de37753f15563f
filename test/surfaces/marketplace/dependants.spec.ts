import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { ID, TIME } from '../../support/matchers.ts';
import { intentFor, PAYING_APP, payInBrowser, settled } from '../../support/paying.ts';
import {
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const MIRA = {
  first_name: 'Mira',
  last_name: 'Ward',
  date_of_birth: '2019-04-01',
  relationship: 'child',
  sex: 'female',
};

describe('people in somebody’s care', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let guardian: Person;
  let stranger: Person;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin);
    guardian = await register(app, 'patient', { time_zone: 'Asia/Kolkata' });
    stranger = await register(app);
  });
  after(() => app.close());

  const add = async (fields: Record<string, unknown> = {}, by = guardian): Promise<string> => {
    const answer = await by.client.post('/api/patients/dependants/', { ...MIRA, ...fields });
    expect(answer.status).toBe(201);
    return answer.body.data.id;
  };

  const slotOf = async ({ doctorId }: DoctorPerson, index: number) =>
    (await freeSlots(guardian.client, doctorId))[index]?.start;

  const bookFor = async (patientId: string, index: number, by = guardian, of = doctor) =>
    by.client.post('/api/appointments/', {
      doctor_id: of.doctorId,
      patient_id: patientId,
      start: await slotOf(of, index),
      reason: 'A rash',
    });

  const audited = (patientId: string, person: Person) =>
    app.sql(
      `select action, outcome from audit_log where patient_id = $1 and actor_user_id = $2
       and resource in ('dependant', 'patient') order by sequence`,
      [patientId, person.userId],
    );

  describe('their charts', () => {
    it('are opened, read, changed and listed by the guardian', async () => {
      const added = await guardian.client.post('/api/patients/dependants/', MIRA);
      expect(added.status).toBe(201);
      const mira = {
        id: ID,
        ...MIRA,
        status: 'active',
        archived_at: null,
        created_at: TIME,
        updated_at: TIME,
      };
      expect(added.body).toEqual({ status: 'success', message: 'Added.', data: mira });
      const { id } = added.body.data;
      const path = `/api/patients/dependants/${id}/`;
      expect((await guardian.client.get(path)).body.data).toEqual(added.body.data);

      const changed = await guardian.client.patch(path, { last_name: 'Guard', sex: null });
      expect(changed.body).toEqual({
        status: 'success',
        message: 'Saved.',
        data: { ...mira, id, last_name: 'Guard', sex: null },
      });
      const put = await guardian.client.put(path, { relationship: 'grandchild' });
      expect(put.body.data).toMatchObject({ last_name: 'Guard', relationship: 'grandchild' });

      await add({ first_name: 'Ada', relationship: 'parent', date_of_birth: '1951-01-31' });
      const list = await guardian.client.get('/api/patients/dependants/');
      expect(list.body.data).toMatchObject({ page: 1, total: 2 });
      expect(list.body.data.items.map((one: typeof MIRA) => one.first_name)).toEqual(['Ada', 'Mira']);
      const found = await guardian.client.get(
        '/api/patients/dependants/?search=mira+g&ordering=-date_of_birth',
      );
      expect(found.body.data.items).toEqual([put.body.data]);
      expect(await audited(id, guardian)).toEqual(
        ['create', 'read', 'update', 'update', 'list', 'list'].map((verb) => ({
          action: `dependant.${verb}`,
          outcome: 'allowed',
        })),
      );
    });

    it('are nobody else’s, and an attempt is written down', async () => {
      const id = await add();
      const path = `/api/patients/dependants/${id}/`;
      for (const person of [stranger, await register(app)]) {
        expect((await person.client.get(path)).body.details.code).toBe('patient_not_found');
        expect((await person.client.patch(path, { first_name: 'Mine' })).status).toBe(404);
        expect((await person.client.delete(path)).status).toBe(404);
        expect((await person.client.get('/api/patients/dependants/')).body.data.items).toEqual([]);
        expect(await audited(id, person)).toEqual([
          { action: 'dependant.read', outcome: 'denied' },
          { action: 'dependant.update', outcome: 'denied' },
          { action: 'dependant.delete', outcome: 'denied' },
        ]);
      }
      expect((await guardian.client.get(path)).body.data.first_name).toBe('Mira');
      expect((await guardian.client.get(`/api/patients/dependants/${newId()}/`)).status).toBe(404);
      for (const person of [doctor, admin]) {
        expect((await person.client.get(path)).body.details.code).toBe('role_required');
        expect((await person.client.post('/api/patients/dependants/', MIRA)).status).toBe(403);
      }
      expect((await app.client().get(path)).status).toBe(401);
    });

    it('are not found in one’s own chart’s place, nor the other way round', async () => {
      const own = await stranger.client.get('/api/emr/summary/me/');
      const answer = await stranger.client.get(`/api/patients/dependants/${own.body.data.patient.id}/`);
      expect(answer.status).toBe(404);
    });

    it('say which field is wrong', async () => {
      const cases: [Record<string, unknown>, string][] = [
        [{ first_name: '' }, 'first_name'],
        [{ last_name: 'x'.repeat(101) }, 'last_name'],
        [{ date_of_birth: '2019-02-30' }, 'date_of_birth'],
        [{ date_of_birth: '0001-01-01' }, 'date_of_birth'],
        [{ date_of_birth: null }, 'date_of_birth'],
        [{ relationship: 'pet' }, 'relationship'],
        [{ sex: 'F' }, 'sex'],
        [{ first_name: { $ne: '' } }, 'first_name'],
      ];
      for (const [fields, field] of cases) {
        const answer = await guardian.client.post('/api/patients/dependants/', { ...MIRA, ...fields });
        expect([answer.status, JSON.stringify(answer.body.details)]).toEqual([
          400,
          expect.stringContaining(`"${field}"`),
        ]);
      }
      const unborn = await guardian.client.post('/api/patients/dependants/', {
        ...MIRA,
        date_of_birth: Temporal.Now.plainDateISO('UTC').add({ days: 3 }).toString(),
      });
      expect([unborn.status, unborn.body.details.code]).toEqual([400, 'born_in_future']);
      const id = await add();
      const changed = await guardian.client.patch(`/api/patients/dependants/${id}/`, {
        date_of_birth: '2999-01-01',
        guardian_user_id: stranger.userId,
      });
      expect(changed.body.details.code).toBe('born_in_future');
    });

    it('go away when they are empty, and are archived when they hold a record', async () => {
      const unused = await add();
      const gone = await guardian.client.delete(`/api/patients/dependants/${unused}/`);
      expect(gone.body).toEqual({ status: 'success', message: 'Removed.', data: { outcome: 'deleted' } });
      expect((await guardian.client.delete(`/api/patients/dependants/${unused}/`)).status).toBe(404);
      expect(await app.sql('select from patients where id = $1', [unused])).toEqual([]);

      const id = await add({ first_name: 'Used' });
      await guardian.client.post('/api/emr/vitals/', { patient_id: id, heart_rate: 90 });
      const path = `/api/patients/dependants/${id}/`;
      const answers = await Promise.all([guardian.client.delete(path), guardian.client.delete(path)]);
      expect(answers.map(({ body }) => body.data)).toEqual([
        { outcome: 'archived' },
        { outcome: 'archived' },
      ]);
      const shown = await guardian.client.get('/api/patients/dependants/?search=Used');
      expect(shown.body.data.items).toEqual([]);
      const archive = await guardian.client.get('/api/patients/dependants/?status=archived');
      expect(archive.body.data.items).toMatchObject([{ id, status: 'archived', archived_at: TIME }]);
      expect((await guardian.client.get(`/api/emr/vitals/?patient_id=${id}`)).body.data.total).toBe(1);

      const refused = await bookFor(id, 0);
      expect([refused.status, refused.body.details.code]).toEqual([409, 'patient_archived']);
      const back = await guardian.client.patch(path, { archived: false });
      expect(back.body.data).toMatchObject({ status: 'active', archived_at: null });
      expect((await bookFor(id, 0)).status).toBe(201);
    });
  });

  describe('their visits', () => {
    it('are booked by the guardian for nobody but their own dependants', async () => {
      const id = await add();
      const foreign = await bookFor(id, 1, stranger);
      expect([foreign.status, foreign.body.details.code]).toEqual([404, 'patient_not_found']);
      expect(await audited(id, stranger)).toEqual([{ action: 'patient.act_for', outcome: 'denied' }]);
      expect((await bookFor(newId(), 1)).body.details.code).toBe('patient_not_found');
      const own = await guardian.client.get('/api/emr/summary/me/');
      const forOneself = await bookFor(own.body.data.patient.id, 1);
      expect(forOneself.body.data.patient.id).toBe(own.body.data.patient.id);
    });

    it('may be at the same time for two dependants, and not for one', async () => {
      const [one, two] = [await add({ first_name: 'One' }), await add({ first_name: 'Two' })];
      const other = await registerDoctor(app, admin);
      const third = await registerDoctor(app, admin);
      const start = await slotOf(other, 20);
      const ask = (patient_id: string, of: DoctorPerson) =>
        guardian.client.post('/api/appointments/', { doctor_id: of.doctorId, patient_id, start });
      const answers = await Promise.all([ask(one, other), ask(two, doctor), ask(one, third)]);
      expect(answers[1]?.status).toBe(201);
      const ofOne = [answers[0]?.status, answers[2]?.status];
      expect(ofOne).toEqual(expect.arrayContaining([201, 409]));
    });

    it('are paid, moved, joined, read and reviewed by the guardian in their place', async () => {
      const id = await add({ first_name: 'Kiran' });
      const held = await bookFor(id, 2);
      expect(held.status).toBe(201);
      expect(held.body.data).toMatchObject({
        patient: { id, name: 'Kiran Ward', time_zone: 'Asia/Kolkata' },
        reason: 'A rash',
      });
      const visit = held.body.data.id;
      const path = `/api/appointments/${visit}/`;
      const notTheirs = await stranger.client.post('/api/payments/intent/', { appointment_id: visit });
      expect(notTheirs.status).toBe(404);
      await payInBrowser(app, await intentFor(guardian, visit));
      await settled(app);
      await app.drained();
      expect((await guardian.client.get(path)).body.data).toMatchObject({
        status: 'scheduled',
        reason: 'A rash',
      });
      const mine = await guardian.client.get(`/api/appointments/?patient_id=${id}`);
      expect(mine.body.data.items).toMatchObject([{ id: visit }]);
      const types = await guardian.client.get('/api/notifications/unread/');
      expect(types.body.data.items.map((one: { type: string }) => one.type)).toEqual(
        expect.arrayContaining(['appointment_confirmed', 'payment_received']),
      );
      expect(await mailsTo(app, guardian.email)).not.toHaveLength(0);
      const reminders = await guardian.client.get(`${path}reminders/`);
      expect(reminders.status).toBe(200);

      const moved = await guardian.client.post(`${path}reschedule/`, { start: await slotOf(doctor, 1) });
      expect(moved.body.data).toMatchObject({ id: visit, patient: { id } });
      const reason = await guardian.client.patch(path, { reason: 'A rash that spreads' });
      expect(reason.body.data.reason).toBe('A rash that spreads');

      const rooms = await guardian.client.get('/api/rtc/rooms/');
      const room = rooms.body.data.items.find(
        (one: { appointment_id: string }) => one.appointment_id === visit,
      );
      expect((await stranger.client.post(`/api/rtc/rooms/${room.id}/join/`)).status).toBe(404);
      const joined = await guardian.client.post(`/api/rtc/rooms/${room.id}/join/`);
      expect([joined.status, joined.body.data.role]).toEqual([200, 'patient']);

      expect((await doctor.client.post(`${path}start/`)).status).toBe(200);
      const note = { appointment_id: visit, assessment: 'Eczema' };
      const encounter = await doctor.client.post('/api/emr/encounters/', note);
      expect(encounter.status).toBe(201);
      const encounterPath = `/api/emr/encounters/${encounter.body.data.id}/`;
      await doctor.client.put(encounterPath, { status: 'finalized', plan: 'Ointment' });
      expect((await doctor.client.post(`${path}end/`)).status).toBe(200);
      expect((await guardian.client.get(encounterPath)).body.data.patient).toMatchObject({ id });
      expect((await stranger.client.get(encounterPath)).status).toBe(404);

      for (const reader of [guardian, doctor]) {
        const summary = await reader.client.get(`/api/emr/summary/${id}/`);
        expect(summary.body.data.patient).toMatchObject({ id, date_of_birth: MIRA.date_of_birth });
        expect((await reader.client.get(`/api/emr/medical-history/${id}/`)).status).toBe(200);
      }
      expect((await stranger.client.get(`/api/emr/summary/${id}/`)).status).toBe(404);
      const lists = await guardian.client.get('/api/emr/encounters/');
      expect(lists.body.data.items).toMatchObject([{ appointment_id: visit }]);

      const review = await guardian.client.post(`/api/doctors/${doctor.doctorId}/reviews/create/`, {
        appointment_id: visit,
        rating: 5,
      });
      expect(review.status).toBe(201);
    });

    it('are cancelled by the guardian as by the patient', async () => {
      const id = await add({ first_name: 'Leo' });
      const { id: visit } = (await bookFor(id, 40)).body.data;
      expect((await stranger.client.post(`/api/appointments/${visit}/cancel/`)).status).toBe(404);
      const cancelled = await guardian.client.post(`/api/appointments/${visit}/cancel/`);
      expect(cancelled.body.data).toMatchObject({ status: 'cancelled', cancelled_by: 'patient' });
    });
  });
});
