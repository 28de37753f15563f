import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { AuditService } from '#audit';
import { newId } from '#kernel';
import { PatientsService } from '#patients';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { ID, TIME } from '../../support/matchers.ts';
import { cast, type DoctorPerson, type Person, register, registerDoctor } from '../../support/people.ts';
import { confirmedVisit, startedVisit, type Visit } from '../../support/visits.ts';

const REASON = 'Found unconscious in Xanten station, no papers but these';
const BORN = '1980-02-29';

describe('access to a chart', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let patient: Person;
  let otherPatient: Person;
  let visit: Visit;

  before(async () => {
    app = await startTestApp();
    ({ admin, doctor, patient } = await cast(app));
    otherPatient = await register(app);
    visit = await startedVisit(app, patient, doctor);
    const actor = { userId: patient.userId, roles: ['patient'] as const, requestId: 'r' };
    await app.nest.get(PatientsService, { strict: false }).updatePersonal(actor, { dateOfBirth: BORN });
    const encounter = await doctor.client.post('/api/emr/encounters/', {
      appointment_id: visit.id,
      assessment: 'Diabetes',
    });
    await doctor.client.put(`/api/emr/encounters/${encounter.body.data.id}/`, { status: 'finalized' });
  });
  after(() => app.close());

  const open = (somebody: Person, body: object = {}) =>
    somebody.client.post('/api/emr/break-glass/', {
      patient_id: visit.patientId,
      reason: REASON,
      ...body,
    });
  const audited = (actor: Person) =>
    app.sql(
      `select action, outcome, patient_id, reason from audit_log
       where actor_user_id = $1 and resource not in ('user', 'session', 'doctor', 'licence') order by at, sequence`,
      [actor.userId],
    );
  const expire = (grantId: string) =>
    app.sql(
      `update break_glass_grants set granted_at = granted_at - interval '60 minutes',
         expires_at = expires_at - interval '60 minutes' where id = $1`,
      [grantId],
    );

  describe('in an emergency', () => {
    let stranger: DoctorPerson;
    let grantId: string;
    before(async () => {
      stranger = await registerDoctor(app, admin, { name: 'Dr. Ann Call' });
    });

    it('is opened by a doctor with a reason, for an hour', async () => {
      const [summary, history] = [`summary/${visit.patientId}`, `medical-history/${visit.patientId}`];
      expect((await stranger.client.get(`/api/emr/${summary}/`)).status).toBe(404);
      const answer = await open(stranger);
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        data: {
          id: ID,
          doctor: { id: stranger.doctorId, name: 'Dr. Ann Call' },
          patient: { id: visit.patientId, name: expect.stringContaining('Paul') },
          reason: REASON,
          granted_at: TIME,
          expires_at: TIME,
          status: 'pending_review',
          reviewed_by: null,
          reviewed_at: null,
          review_note: null,
        },
        message: 'The chart is open for an hour. The patient has been told.',
        status: 'success',
      });
      grantId = answer.body.data.id;
      const { granted_at, expires_at } = answer.body.data;
      expect(Date.parse(expires_at) - Date.parse(granted_at)).toBe(3_600_000);

      expect((await stranger.client.get(`/api/emr/${summary}/`)).body.data.encounters).toHaveLength(1);
      expect((await stranger.client.get(`/api/emr/${history}/`)).status).toBe(200);
      const listed = await stranger.client.get('/api/emr/encounters/');
      expect(listed.body.data.items).toMatchObject([{ assessment: 'Diabetes' }]);
      const [encounter] = listed.body.data.items;
      expect((await stranger.client.get(`/api/emr/encounters/${encounter.id}/`)).status).toBe(200);

      const marked = { outcome: 'allowed', patient_id: visit.patientId, reason: `break_glass:${grantId}` };
      expect(await audited(stranger)).toEqual([
        { action: 'medical_summary.read', outcome: 'denied', patient_id: visit.patientId, reason: null },
        { action: 'break_glass_access.open', ...marked },
        { action: 'medical_summary.read', ...marked },
        { action: 'medical_history.read', ...marked },
        { action: 'encounter.list', ...marked },
        { action: 'encounter.read', ...marked },
      ]);
    });

    it('is for reading only', async () => {
      const { client } = stranger;
      const path = `/api/emr/medical-history/${visit.patientId}/`;
      const refused = { status: 403, body: { details: { code: 'emergency_reads_only' } } };
      expect(await client.put(path, { social_history: 'x' })).toMatchObject(refused);
      const vitals = await client.post('/api/emr/vitals/', { patient_id: visit.patientId, weight: 70 });
      expect(vitals).toMatchObject(refused);
      const encounter = await client.post('/api/emr/encounters/', { appointment_id: visit.id });
      expect(encounter.body.details.code).toBe('not_the_author');
    });

    it('is told to the patient, who sees who and why, in words that tell nothing by mail', async () => {
      await app.drained();
      const { items } = (await patient.client.get('/api/notifications/?type=chart_opened_in_emergency')).body
        .data;
      expect(items).toMatchObject([
        { title: 'Your chart was opened in an emergency', data: { break_glass_id: grantId } },
      ]);
      expect(items[0].body).not.toContain('Xanten');
      const seen = await patient.client.get('/api/emr/break-glass/');
      expect(seen.body.data.items).toMatchObject([{ id: grantId, reason: REASON }]);
      expect((await patient.client.get(`/api/emr/break-glass/${grantId}/`)).status).toBe(200);
    });

    it('is nowhere readable in the database', async () => {
      for (const table of ['break_glass_grants', 'audit_log', 'pgboss.job', 'notifications']) {
        const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`);
        const raw = rows.map(({ row }) => row).join('\n');
        expect(raw).not.toContain('Xanten');
        expect(raw).not.toContain(Buffer.from('Xanten').toString('hex'));
      }
    });

    it('is opened once, also when it is asked for twice at once', async () => {
      expect((await open(stranger)).body.details).toEqual({
        code: 'break_glass_open',
        id: grantId,
        expires_at: expect.any(String),
      });
      const another = await registerDoctor(app, admin);
      const answers = await Promise.all([open(another), open(another), open(another)]);
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409]);
    });

    it('needs a doctor with a licence who does not treat the patient, and a real reason', async () => {
      expect((await open(doctor)).body.details.code).toBe('already_treating');
      expect((await open(patient)).status).toBe(403);
      expect((await open(admin)).status).toBe(403);
      expect((await app.client().post('/api/emr/break-glass/', {})).status).toBe(401);
      const unapproved = await register(app, 'doctor');
      expect((await open(unapproved)).status).toBe(404);
      const lapsed = await registerDoctor(app, admin);
      await app.sql(`update doctors set license_expires_on = '2020-01-01' where id = $1`, [lapsed.doctorId]);
      expect((await open(lapsed)).body.details.code).toBe('licence_not_valid');
      for (const [body, path] of [
        [{ reason: 'because' }, 'reason'],
        [{ reason: `   ${' '.repeat(30)}x` }, 'reason'],
        [{ reason: 'x'.repeat(1001) }, 'reason'],
        [{ patient_id: undefined, email: patient.email }, 'patient_id'],
        [{ patient_id: 'me' }, 'patient_id'],
        [{ patient_id: undefined, email: patient.email, date_of_birth: '1980-02-30' }, 'date_of_birth'],
      ] as const) {
        const answer = await open(stranger, body);
        expect(answer.status).toBe(400);
        expect(answer.body.details.fields[0].path).toBe(path);
      }
    });

    it('finds the patient by the exact address and date of birth, and tells nothing of a miss', async () => {
      const finder = await registerDoctor(app, admin);
      const email = patient.email.toUpperCase();
      for (const miss of [
        { patient_id: undefined, email, date_of_birth: '1980-02-28' },
        { patient_id: undefined, email: 'nobody@example.test', date_of_birth: BORN },
        { patient_id: newId() },
      ]) {
        const answer = await open(finder, miss);
        expect(answer.status).toBe(404);
        expect(answer.body).toEqual({
          error: 'No such patient.',
          details: { code: 'patient_not_found' },
          status: 'error',
        });
      }
      expect(await audited(finder)).toEqual(
        Array.from({ length: 3 }, () => ({
          action: 'break_glass_access.open',
          outcome: 'denied',
          patient_id: null,
          reason: 'patient_not_found',
        })),
      );
      const found = await open(finder, { patient_id: undefined, email, date_of_birth: BORN });
      expect(found.status).toBe(201);
      expect(found.body.data.patient.id).toBe(visit.patientId);
    });

    it('ends the guessing after ten misses in an hour', async () => {
      const guesser = await registerDoctor(app, admin);
      for (let miss = 0; miss < 10; miss++) {
        expect((await open(guesser, { patient_id: newId() })).status).toBe(404);
      }
      const answer = await open(guesser);
      expect(answer.status).toBe(429);
      expect(answer.body.details).toEqual({ code: 'too_many_attempts', retry_at: expect.any(String) });
    });

    it('ends by itself', async () => {
      const late = await registerDoctor(app, admin);
      const { id } = (await open(late)).body.data;
      const path = `/api/emr/summary/${visit.patientId}/`;
      expect((await late.client.get(path)).status).toBe(200);
      await expire(id);
      expect((await late.client.get(path)).status).toBe(404);
      expect((await late.client.get('/api/emr/encounters/')).body.data.total).toBe(0);
      expect((await open(late)).status).toBe(201);
    });

    it('is listed for administrators, and reviewed by them, once', async () => {
      const path = `/api/emr/break-glass/${grantId}/`;
      const listed = await admin.client.get(
        `/api/emr/break-glass/?status=pending_review&doctor_id=${stranger.doctorId}&search=ANN`,
      );
      expect(listed.body.data).toMatchObject({ total: 1, items: [{ id: grantId, review_note: null }] });
      const review = { verdict: 'not_justified', note: 'The station is closed on Sundays' };
      expect((await stranger.client.post(`${path}review/`, review)).status).toBe(403);
      const answers = await Promise.all([
        admin.client.post(`${path}review/`, review),
        admin.client.post(`${path}review/`, review),
      ]);
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
      expect((await admin.client.get(path)).body.data).toMatchObject({
        status: 'not_justified',
        reviewed_by: admin.userId,
        reviewed_at: TIME,
        review_note: review.note,
      });
      const again = await admin.client.post(`${path}review/`, { verdict: 'justified' });
      expect(again.body.details.code).toBe('break_glass_access_is_not_justified');
      expect((await patient.client.get(path)).body.data).toMatchObject({
        status: 'not_justified',
        review_note: null,
      });
      expect((await stranger.client.get(`/api/emr/summary/${visit.patientId}/`)).status).toBe(404);
      expect((await admin.client.get('/api/emr/break-glass/?status=not_justified')).body.data.total).toBe(1);
      expect((await admin.client.get('/api/emr/break-glass/?patient_id=' + newId())).body.data.total).toBe(0);
      const missing = await admin.client.post(`/api/emr/break-glass/${newId()}/review/`, review);
      expect(missing.body.details.code).toBe('break_glass_access_not_found');
    });

    it('is hidden from everybody else, and not reviewed by who took it', async () => {
      for (const somebody of [otherPatient, doctor]) {
        expect((await somebody.client.get(`/api/emr/break-glass/${grantId}/`)).status).toBe(404);
        expect((await somebody.client.get('/api/emr/break-glass/')).body.data.total).toBe(0);
      }
      expect((await stranger.client.get('/api/emr/break-glass/')).body.data.total).toBe(1);
      const both = await registerDoctor(app, admin);
      const { id } = (await open(both)).body.data;
      await app.sql(`update users set roles = '{doctor,admin}' where id = $1`, [both.userId]);
      const review = await both.client.post(`/api/emr/break-glass/${id}/review/`, { verdict: 'justified' });
      expect(review.status).toBe(403);
      expect(review.body.details.code).toBe('own_break_glass');
    });

    it('gives way to care: who treats the patient reads and writes as a doctor of theirs', async () => {
      const later = await registerDoctor(app, admin);
      await open(later);
      await confirmedVisit(app, patient, later, 7);
      const path = `/api/emr/medical-history/${visit.patientId}/`;
      expect((await later.client.put(path, { surgeries: [] })).status).toBe(200);
    });
  });

  describe('as the patient is told of it', () => {
    const log = async (query = '', who = patient) =>
      (await who.client.get(`/api/emr/access-log/me/${query}`)).body.data;

    it('names who, when, what and why, newest first', async () => {
      const found = await log('?emergency=true&search=ANN%20CALL&ordering=at');
      expect(found).toMatchObject({ total: 5, page: 1, page_size: 20 });
      expect(found.items[0]).toEqual({
        id: ID,
        at: TIME,
        who: { name: 'Dr. Ann Call', role: 'doctor', self: false },
        what: 'break_glass_access',
        action: 'open',
        record_id: ID,
        emergency: { break_glass_id: ID, reason: REASON },
      });
      expect(
        found.items.map((item: { what: string; action: string }) => `${item.what} ${item.action}`),
      ).toEqual([
        'break_glass_access open',
        'medical_summary read',
        'medical_history read',
        'encounter list',
        'encounter read',
      ]);
    });

    it('is filtered by record, person, emergency and day, and shows what was done, not what was tried', async () => {
      const written = (await log('?resource=encounter&emergency=false&by=others')).items;
      expect(written).toMatchObject([
        { action: 'finalize', who: { name: 'Dr. Dora Person', role: 'doctor' }, emergency: null },
        { action: 'create' },
      ]);
      const own = (await log('?by=self')).items;
      for (const { who } of own) expect(who).toMatchObject({ role: 'patient', self: true });
      expect((await log('?created_before=2020-01-01T00:00:00Z')).total).toBe(0);
      const all = await log('?page_size=100');
      expect(all.items.some(({ what }: { what: string }) => what === 'access_log')).toBe(false);
      const [{ denied }] = (await app.sql(
        `select count(*)::int as denied from audit_log where patient_id = $1 and outcome = 'denied'`,
        [visit.patientId],
      )) as [{ denied: number }];
      expect(denied).toBeGreaterThan(0);
      const [{ looked }] = (await app.sql(
        `select count(*)::int as looked from audit_log where patient_id = $1 and action = 'access_log.read'`,
        [visit.patientId],
      )) as [{ looked: number }];
      expect(looked).toBeGreaterThan(3);
      expect((await patient.client.get('/api/emr/access-log/me/?by=strangers')).status).toBe(400);
    });

    it('is read for a dependant by their guardian', async () => {
      const child = await otherPatient.client.post('/api/patients/dependants/', {
        first_name: 'Kim',
        last_name: 'Person',
        date_of_birth: '2020-05-01',
        relationship: 'child',
      });
      const chartId = child.body.data.id;
      expect((await otherPatient.client.get(`/api/emr/summary/${chartId}/`)).status).toBe(200);
      const late = await registerDoctor(app, admin, { name: 'Dr. Late Call' });
      expect((await open(late, { patient_id: chartId })).status).toBe(201);
      await app.drained();
      const told = await otherPatient.client.get('/api/notifications/?type=chart_opened_in_emergency');
      expect(told.body.data.total).toBe(1);
      const seen = await otherPatient.client.get(`/api/emr/access-log/${chartId}/`);
      expect(seen.body.data.items).toMatchObject([
        { what: 'break_glass_access', who: { name: 'Dr. Late Call' }, emergency: { reason: REASON } },
        { what: 'medical_summary', who: { self: true }, emergency: null },
        { what: 'dependant', action: 'create' },
      ]);
      expect((await patient.client.get(`/api/emr/access-log/${chartId}/`)).status).toBe(404);
    });

    it('is the patient’s alone', async () => {
      const path = `/api/emr/access-log/${visit.patientId}/`;
      expect((await patient.client.get(path)).status).toBe(200);
      for (const somebody of [doctor, otherPatient, admin]) {
        expect((await somebody.client.get(path)).body.details).toEqual({ code: 'patient_not_found' });
        expect(await audited(somebody)).toContainEqual({
          action: 'access_log.read',
          outcome: 'denied',
          patient_id: visit.patientId,
          reason: null,
        });
      }
      expect((await app.client().get(path)).status).toBe(401);
      expect((await log('', otherPatient)).items).toEqual([]);
    });
  });

  it('leaves an audit chain that verifies', async () => {
    expect(await app.nest.get(AuditService, { strict: false }).verify()).toEqual([]);
  });
});
