import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { failure, ID, TIME } from '../../support/matchers.ts';
import {
  type DoctorPerson,
  freeSlots,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { grantFor, RtcPeer } from '../../support/rtc-peer.ts';

const ADULT = { first_name: 'Mira', last_name: 'Ward', date_of_birth: '2000-04-01', relationship: 'child' };
const OFFERED = '/api/patients/handovers/';

describe('handing a chart over', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin, { consultation_fee: { amount: 0, currency: 'EUR' } });
  });
  after(() => app.close());

  const dependantOf = async (guardian: Person, fields: object = {}): Promise<string> =>
    (await guardian.client.post('/api/patients/dependants/', { ...ADULT, ...fields })).body.data.id;
  const pathOf = (patientId: string) => `/api/patients/dependants/${patientId}/handover/`;
  const offer = (guardian: Person, patientId: string, email: string) =>
    guardian.client.post(pathOf(patientId), { email });
  const verified = async () => {
    const person = await register(app);
    await app.sql('update users set email_verified_at = now() where id = $1', [person.userId]);
    return person;
  };
  /** Addresses are the same however they are typed. */
  const asTyped = ({ email }: Person) => email.replace('patient', 'Patient');
  /** Somebody of age in somebody's care, and whoever they are invited as. */
  const offered = async () => {
    const [guardian, heir] = [await register(app, 'patient', { language: 'fr' }), await verified()];
    const patientId = await dependantOf(guardian);
    const answer = await offer(guardian, patientId, asTyped(heir));
    expect(answer.status).toBe(201);
    return { guardian, heir, patientId, id: answer.body.data.id as string, answer };
  };
  const accept = (who: Person, id: string) => who.client.post(`${OFFERED}${id}/accept/`);
  let day = 0;
  const bookFor = async (guardian: Person, patient_id: string) => {
    day += 1;
    const slot = (await freeSlots(guardian.client, doctor.doctorId))[100 + day];
    const answer = await guardian.client.post('/api/appointments/', {
      doctor_id: doctor.doctorId,
      patient_id,
      start: slot?.start,
      reason: 'A rash',
    });
    expect(answer.status).toBe(201);
    return answer.body.data.id as string;
  };

  it('is offered by the guardian, seen by who has proved the address, and taken: the guardian acts no more', async () => {
    const { guardian, heir, patientId, id, answer } = await offered();
    const handover = {
      id,
      patient: { id: patientId, name: 'Mira Ward' },
      guardian: { name: expect.stringContaining('Paul') },
      email: asTyped(heir),
      status: 'offered',
      expires_at: TIME,
      created_at: TIME,
      updated_at: TIME,
    };
    expect(answer.body.data).toEqual(handover);
    expect((await guardian.client.get(pathOf(patientId))).body.data).toEqual(handover);
    expect((await heir.client.get(OFFERED)).body.data).toMatchObject({ items: [handover], total: 1 });
    await app.drained();
    const [invitation] = await mailsTo(app, asTyped(heir));
    expect(invitation?.subject).toMatch(/vous confie votre propre suivi$/);
    expect(invitation?.text).not.toContain(id);

    const visit = await bookFor(guardian, patientId);
    await app.drained();
    expect((await heir.client.get(`/api/appointments/${visit}/`)).status).toBe(404);
    // An account that has opened a chart of its own and never used it may take another.
    await heir.client.get('/api/emr/summary/me/');
    const taken = await accept(heir, id);
    expect(taken.body).toMatchObject({ message: 'The chart is yours.', data: { id, status: 'accepted' } });
    await app.drained();

    expect((await heir.client.get('/api/emr/summary/me/')).body.data.patient.id).toBe(patientId);
    expect((await heir.client.get(`/api/appointments/${visit}/`)).status).toBe(200);
    for (const path of [
      `/api/appointments/${visit}/`,
      `/api/emr/summary/${patientId}/`,
      `/api/patients/dependants/${patientId}/`,
      pathOf(patientId),
    ]) {
      expect([path, (await guardian.client.get(path)).status]).toEqual([path, 404]);
    }
    expect((await guardian.client.get('/api/patients/dependants/')).body.data.total).toBe(0);
    const rows = await app.sql(
      `select user_id, guardian_user_id, relationship, lower(email) as email from patients where id = $1`,
      [patientId],
    );
    expect(rows).toEqual([
      { user_id: heir.userId, guardian_user_id: null, relationship: null, email: heir.email },
    ]);
    const reminders = (await heir.client.get(`/api/appointments/${visit}/reminders/`)).body.data.items;
    expect(reminders.length).toBeGreaterThan(0);
    const told = await guardian.client.get('/api/notifications/?type=chart_handed_over');
    expect(told.body.data.items).toMatchObject([{ title: 'Un dossier a été remis', data: {} }]);
    const trail = await admin.client.get(`/api/audit/logs/?patient_id=${patientId}&resource=chart_handover`);
    expect(trail.body.data.items).toMatchObject([
      { action: 'chart_handover.accepted', actor_id: heir.userId },
      { action: 'chart_handover.offered', actor_id: guardian.userId },
    ]);
    expect(await accept(heir, id)).toMatchObject(failure(404, 'chart_handover_not_found'));
  });

  it('takes the guardian out of the call, with every token for it', async () => {
    const { guardian, heir, patientId, id } = await offered();
    const visit = await bookFor(guardian, patientId);
    await app.drained();
    const room = (await guardian.client.post(`/api/rtc/rooms/appointment/${visit}/`)).body.data.id;
    const unused = await grantFor(guardian, room);
    const peer = await RtcPeer.join(guardian, room);
    expect((await accept(heir, id)).status).toBe(200);
    expect((await peer.closed).code).toBe(4403);
    await expect(RtcPeer.connect(unused.websocket_url, { token: unused.token })).rejects.toMatchObject({
      status: 401,
    });
    await (await RtcPeer.join(heir, room)).cut();
  });

  it('is for nobody but the one who has the address, and has verified it', async () => {
    const { guardian, heir, id, patientId } = await offered();
    const stranger = await verified();
    for (const who of [stranger, guardian]) {
      expect((await who.client.get(OFFERED)).body.data.total).toBe(0);
      expect(await accept(who, id)).toMatchObject(failure(404, 'chart_handover_not_found'));
      expect((await who.client.post(`${OFFERED}${id}/decline/`)).status).toBe(404);
    }
    await app.sql('update users set email_verified_at = null where id = $1', [heir.userId]);
    expect((await heir.client.get(OFFERED)).body.data.total).toBe(0);
    expect((await accept(heir, id)).status).toBe(404);
    for (const method of ['GET', 'POST', 'DELETE']) {
      const body = method === 'POST' ? { email: 'x@example.test' } : undefined;
      expect((await stranger.client.request(method, pathOf(patientId), body)).status).toBe(404);
    }
  });

  it('waits until the person is of age, and goes to somebody else than the guardian', async () => {
    const guardian = await register(app);
    const today = Temporal.Now.plainDateISO('UTC');
    const birthday = today.subtract({ years: 18 }).add({ days: 1 });
    const child = await dependantOf(guardian, { date_of_birth: birthday.toString() });
    const early = await offer(guardian, child, 'child@example.test');
    expect(early).toMatchObject(failure(409, 'not_of_age'));
    expect(early.body.details.of_age_on >= today.add({ days: 1 }).toString()).toBe(true);
    const adult = await dependantOf(guardian);
    expect(await offer(guardian, adult, guardian.email)).toMatchObject(failure(400, 'handover_to_oneself'));
    expect((await offer(guardian, adult, 'nobody')).status).toBe(400);
    expect(await guardian.client.get(pathOf(adult))).toMatchObject(failure(404, 'chart_handover_not_found'));
  });

  it('can be withdrawn and declined, is offered to one at a time, and not to a hundred', async () => {
    const { guardian, heir, id, patientId } = await offered();
    expect(await offer(guardian, patientId, 'other@example.test')).toMatchObject(
      failure(409, 'handover_open'),
    );
    for (const _ of [1, 2]) expect((await guardian.client.delete(pathOf(patientId))).status).toBe(200);
    expect((await accept(heir, id)).status).toBe(404);
    const second = (await offer(guardian, patientId, heir.email)).body.data.id;
    expect((await heir.client.post(`${OFFERED}${second}/decline/`)).status).toBe(200);
    expect((await guardian.client.get(pathOf(patientId))).body.data.status).toBe('declined');
    expect(await guardian.client.delete(pathOf(patientId))).toMatchObject(
      failure(409, 'chart_handover_is_declined'),
    );
    for (const _ of [3, 4, 5]) {
      expect((await offer(guardian, patientId, heir.email)).status).toBe(201);
      await guardian.client.delete(pathOf(patientId));
    }
    expect(await offer(guardian, patientId, heir.email)).toMatchObject(failure(429, 'too_many_invitations'));
  });

  it('ends after two weeks, and can be offered again', async () => {
    const { guardian, heir, id, patientId } = await offered();
    await app.sql('update chart_handovers set expires_at = now() where id = $1', [id]);
    expect((await heir.client.get(OFFERED)).body.data.total).toBe(0);
    expect((await guardian.client.get(pathOf(patientId))).body.data.status).toBe('expired');
    expect((await offer(guardian, patientId, heir.email)).status).toBe(201);
    await app.sql(
      `update chart_handovers set updated_at = now() - interval '31 days', expires_at = now() - interval '31 days' where id = $1`,
      [id],
    );
    await app.onSchedule('patients.forget-handovers');
    expect(await app.sql('select status from chart_handovers where patient_id = $1', [patientId])).toEqual([
      { status: 'offered' },
    ]);
  });

  it('is taken once, by one of several attempts, and never over records of one’s own', async () => {
    const { heir, id } = await offered();
    const answers = await Promise.all([1, 2, 3].map(() => accept(heir, id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);

    const next = await offered();
    const own = await next.heir.client.post('/api/emr/vitals/', { patient_id: 'me', heart_rate: 70 });
    expect(own.status).toBe(201);
    expect(await accept(next.heir, next.id)).toMatchObject(failure(409, 'own_chart_in_use'));
    expect((await next.guardian.client.get(pathOf(next.patientId))).body.data.status).toBe('offered');
    expect((await next.guardian.client.get(`/api/patients/dependants/${next.patientId}/`)).status).toBe(200);
  });

  it('is what a guardian is reminded of when somebody comes of age in their care, once a month', async () => {
    const guardian = await register(app);
    const child = await dependantOf(guardian);
    const parent = await dependantOf(guardian, { relationship: 'parent', date_of_birth: '1950-01-01' });
    await app.sql(`update patients set created_at = '2017-01-01' where id = $1`, [child]);
    const told = async () =>
      (await guardian.client.get('/api/notifications/?type=dependant_of_age')).body.data.items;
    for (const _ of [1, 2]) await app.onSchedule('patients.remind-of-age');
    expect(await told()).toMatchObject([
      { title: 'Somebody in your care is of age', data: { patient_id: child } },
    ]);
    expect(JSON.stringify(await told())).not.toContain(parent);
    await app.sql(`update patients set of_age_reminded_at = now() - interval '31 days' where id = $1`, [
      child,
    ]);
    // Told once a day at most, whatever the clock of the job.
    await app.sql(`update notifications set cause = 'a month ago' where user_id = $1`, [guardian.userId]);
    await app.onSchedule('patients.remind-of-age');
    expect(await told()).toHaveLength(2);
  });

  it('is forgotten with the guardian’s account', async () => {
    const { guardian, heir, id } = await offered();
    const gone = await guardian.client.request('DELETE', '/api/auth/profile/', { password: PASSWORD });
    expect(gone.status).toBe(200);
    await app.drained();
    expect((await accept(heir, id)).status).toBe(404);
    expect(await app.sql('select from chart_handovers where id = $1', [id])).toEqual([]);
    expect(id).toEqual(ID);
  });
});
