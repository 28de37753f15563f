import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import pg from 'pg';
import { AuditService } from '#audit';
import { EncounterFinalized } from '#emr';
import { newId } from '#kernel';
import { Jobs } from '#platform';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { ID, TIME } from '../../support/matchers.ts';
import { cast, type DoctorPerson, type Person, register, registerDoctor } from '../../support/people.ts';
import { confirmedVisit, startedVisit, type Visit } from '../../support/visits.ts';

const NOTE = {
  chief_complaint: 'Xanthous cough',
  subjective: 'Coughs since Xanthippe left',
  objective: 'Lungs clear',
  assessment: 'Viral infection',
  plan: 'Rest and fluids',
  diagnoses: [{ code: 'J06.9', system: 'icd-10', description: 'Acute upper respiratory infection' }],
};

const NO_SIGNS = {
  systolic: null,
  diastolic: null,
  heart_rate: null,
  respiratory_rate: null,
  temperature: null,
  oxygen_saturation: null,
  weight: null,
  height: null,
  blood_glucose: null,
  bmi: null,
};

describe('the chart', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let otherDoctor: DoctorPerson;
  let patient: Person;
  let otherPatient: Person;
  let visit: Visit;

  before(async () => {
    app = await startTestApp();
    ({ admin, doctor, patient } = await cast(app));
    otherDoctor = await registerDoctor(app, admin);
    otherPatient = await register(app);
    visit = await startedVisit(app, patient, doctor);
    const { boss } = app.nest.get(Jobs);
    await boss.createQueue('test.encounter-finalized');
    await boss.subscribe(EncounterFinalized.name, 'test.encounter-finalized');
  });
  after(() => app.close());

  /** What the audit log says of one action, oldest first. */
  const audited = (action: string, resourceId: string | null, actor: Person) =>
    app.sql(
      `select outcome, patient_id, actor_roles from audit_log
       where action = $1 and resource_id is not distinct from $2 and actor_user_id = $3 order by at`,
      [action, resourceId, actor.userId],
    );

  /** All rows of a table as text, so that it can be searched for leaks. */
  const rawRows = async (table: string) =>
    (await app.sql<{ row: string }>(`select t::text as row from ${table} t`))
      .map(({ row }) => row)
      .join('\n');

  describe('encounters', () => {
    let encounterId: string;

    it('is opened as a draft by the doctor of a visit that has begun', async () => {
      const answer = await doctor.client.post('/api/emr/encounters/', {
        appointment_id: visit.id,
        ...NOTE,
        vitals: { systolic: 120, diastolic: 80, weight: 72, height: 180 },
      });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        data: {
          id: ID,
          appointment_id: visit.id,
          doctor: { id: doctor.doctorId, name: 'Dr. Dora Person' },
          patient: { id: visit.patientId, name: expect.stringContaining('Paul') },
          status: 'draft',
          version: 0,
          ...NOTE,
          vitals: { ...NO_SIGNS, systolic: 120, diastolic: 80, weight: 72, height: 180, bmi: 22.2 },
          finalized_at: null,
          created_at: TIME,
          updated_at: TIME,
        },
        message: 'The draft is saved.',
        status: 'success',
      });
      encounterId = answer.body.data.id;
      expect(await audited('encounter.create', encounterId, doctor)).toEqual([
        { outcome: 'allowed', patient_id: visit.patientId, actor_roles: ['doctor'] },
      ]);
    });

    it('exists once per visit, also when it is opened twice at once', async () => {
      const again = await doctor.client.post('/api/emr/encounters/', { appointment_id: visit.id });
      expect(again.status).toBe(409);
      expect(again.body.details).toEqual({ code: 'encounter_exists', encounter_id: encounterId });

      const second = await startedVisit(app, otherPatient, otherDoctor);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () =>
          otherDoctor.client.post('/api/emr/encounters/', { appointment_id: second.id }),
        ),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409, 409, 409]);
    });

    it('needs a visit that has begun, and its own doctor', async () => {
      const coming = await confirmedVisit(app, patient, doctor, 3);
      const early = await doctor.client.post('/api/emr/encounters/', { appointment_id: coming.id });
      expect(early.status).toBe(409);
      expect(early.body.details).toEqual({ code: 'visit_not_begun', status: 'scheduled' });

      const foreign = await otherDoctor.client.post('/api/emr/encounters/', { appointment_id: visit.id });
      expect(foreign.status).toBe(404);
      expect(foreign.body.details.code).toBe('appointment_not_found');
      expect(await audited('appointment.write', visit.id, otherDoctor)).toEqual([
        { outcome: 'denied', patient_id: visit.patientId, actor_roles: ['doctor'] },
      ]);
      const none = await doctor.client.post('/api/emr/encounters/', { appointment_id: newId() });
      expect(none.status).toBe(404);
      const byPatient = await patient.client.post('/api/emr/encounters/', { appointment_id: visit.id });
      expect(byPatient.status).toBe(403);
      expect(byPatient.body.details.code).toBe('role_required');
      expect((await app.client().post('/api/emr/encounters/', { appointment_id: visit.id })).status).toBe(
        401,
      );
    });

    it('names each field that is wrong', async () => {
      const answer = await doctor.client.put(`/api/emr/encounters/${encounterId}/`, {
        diagnoses: [{ code: 'cough', description: 'x' }],
        vitals: { heart_rate: 2000 },
        status: 'signed',
      });
      expect(answer.status).toBe(400);
      expect(answer.body.details.code).toBe('validation_failed');
      expect(answer.body.details.fields.map((field: { path: string }) => field.path).sort()).toEqual([
        'diagnoses.0.code',
        'status',
        'vitals.heart_rate',
      ]);
    });

    it('saves the draft as it grows and leaves alone what is not sent', async () => {
      const saved = await doctor.client.patch(`/api/emr/encounters/${encounterId}`, {
        plan: 'Rest, fluids, honey',
      });
      expect(saved.status).toBe(200);
      expect(saved.body.data).toMatchObject({ ...NOTE, plan: 'Rest, fluids, honey', status: 'draft' });
      expect(saved.body.data.vitals.systolic).toBe(120);
    });

    it('is its author’s alone while it is a draft', async () => {
      for (const somebody of [patient, otherDoctor, otherPatient, admin]) {
        const answer = await somebody.client.get(`/api/emr/encounters/${encounterId}/`);
        expect(answer.status).toBe(404);
        expect(answer.body.details.code).toBe('encounter_not_found');
        expect(await audited('encounter.read', encounterId, somebody)).toMatchObject([{ outcome: 'denied' }]);
      }
      expect((await patient.client.get('/api/emr/encounters/')).body.data.items).toEqual([]);
    });

    it('is not finalized without a note', async () => {
      const bare = await startedVisit(app, await register(app), doctor, 5);
      const draft = await doctor.client.post('/api/emr/encounters/', { appointment_id: bare.id });
      const answer = await doctor.client.put(`/api/emr/encounters/${draft.body.data.id}/`, {
        status: 'finalized',
      });
      expect(answer.status).toBe(400);
      expect(answer.body.details.code).toBe('encounter_empty');
      const amended = await doctor.client.put(`/api/emr/encounters/${draft.body.data.id}/`, {
        ...NOTE,
        status: 'amended',
      });
      expect(amended.body.details).toMatchObject({ code: 'encounter_is_draft', requested: 'amended' });
    });

    it('is finalized as version 1, once, however often it is sent', async () => {
      const answers = await Promise.all(
        Array.from({ length: 4 }, () =>
          doctor.client.put(`/api/emr/encounters/${encounterId}/`, { ...NOTE, status: 'finalized' }),
        ),
      );
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body.data).toMatchObject({ ...NOTE, status: 'finalized', version: 1, finalized_at: TIME });
      }
      expect(await audited('encounter.finalize', encounterId, doctor)).toHaveLength(1);
      expect(
        await app.sql(`select version, signed_by from encounter_versions where encounter_id = $1`, [
          encounterId,
        ]),
      ).toEqual([{ version: 1, signed_by: doctor.userId }]);
      expect(await app.sql(`select data from pgboss.job where name = 'test.encounter-finalized'`)).toEqual([
        { data: { encounterId, appointmentId: visit.id } },
      ]);
    });

    it('changes after that only by an amendment that says why', async () => {
      const url = `/api/emr/encounters/${encounterId}/`;
      const silent = await doctor.client.put(url, { plan: 'Antibiotics' });
      expect(silent.status).toBe(409);
      expect(silent.body.details.code).toBe('amendment_reason_required');
      const back = await doctor.client.put(url, { status: 'draft' });
      expect(back.body.details).toMatchObject({ code: 'encounter_is_finalized', requested: 'draft' });

      const amended = await doctor.client.put(url, {
        plan: 'Rest and honey',
        vitals: { systolic: 130, diastolic: 85 },
        amendment_reason: 'Fluids were a slip of Xanthippe’s pen',
      });
      expect(amended.status).toBe(200);
      expect(amended.body.data).toMatchObject({ status: 'amended', version: 2, plan: 'Rest and honey' });

      const read = await doctor.client.get(url);
      expect(read.body.data.versions).toEqual([
        {
          version: 1,
          ...NOTE,
          vitals: { ...NO_SIGNS, systolic: 120, diastolic: 80, weight: 72, height: 180, bmi: 22.2 },
          signed_by: doctor.userId,
          signed_at: TIME,
          amendment_reason: null,
        },
        {
          version: 2,
          ...NOTE,
          plan: 'Rest and honey',
          vitals: { ...NO_SIGNS, systolic: 130, diastolic: 85 },
          signed_by: doctor.userId,
          signed_at: TIME,
          amendment_reason: 'Fluids were a slip of Xanthippe’s pen',
        },
      ]);
    });

    it('is read by the patient and by a doctor who treats them, and changed by neither', async () => {
      const url = `/api/emr/encounters/${encounterId}/`;
      const own = await patient.client.get(url);
      expect(own.status).toBe(200);
      expect(own.body.data.assessment).toBe(NOTE.assessment);
      expect(await audited('encounter.read', encounterId, patient)).toMatchObject([
        { outcome: 'denied' },
        { outcome: 'allowed', patient_id: visit.patientId },
      ]);
      expect((await patient.client.put(url, { plan: 'Wine' })).status).toBe(403);

      const colleague = await registerDoctor(app, admin);
      expect((await colleague.client.get(url)).status).toBe(404);
      await confirmedVisit(app, patient, colleague, 9);
      expect((await colleague.client.get(url)).status).toBe(200);
      const change = await colleague.client.put(url, { plan: 'Mine', amendment_reason: 'x' });
      expect(change.status).toBe(403);
      expect(change.body.details.code).toBe('not_the_author');
      expect(await audited('encounter.write', encounterId, colleague)).toMatchObject([{ outcome: 'denied' }]);
      expect((await otherDoctor.client.put(url, { plan: 'Mine' })).status).toBe(404);
      expect((await admin.client.get(url)).status).toBe(404);
      expect((await app.client().get(url)).status).toBe(401);
    });

    it('is listed for those who may read it, by patient, status and day', async () => {
      const today = new Date().toISOString().slice(0, 10);
      const query = `?patient_id=${visit.patientId}&status=amended&created_at=${today}&search=Dora&ordering=-updated_at`;
      const listed = await patient.client.get(`/api/emr/encounters/${query}`);
      expect(listed.body.data).toEqual({
        items: [expect.objectContaining({ id: encounterId, status: 'amended' })],
        total: 1,
        page: 1,
        page_size: 20,
      });
      expect(listed.body.data.items[0]).not.toHaveProperty('versions');
      expect((await patient.client.get('/api/emr/encounters/?status=draft')).body.data.total).toBe(0);
      expect((await patient.client.get('/api/emr/encounters/?search=Nobody')).body.data.total).toBe(0);
      expect(await audited('encounter.list', null, patient)).toMatchObject([{ patient_id: visit.patientId }]);
      expect((await admin.client.get('/api/emr/encounters/')).body.data.total).toBe(0);
      const foreign = await otherDoctor.client.get(`/api/emr/encounters/?patient_id=${visit.patientId}`);
      expect(foreign.status).toBe(404);
      expect(foreign.body.details.code).toBe('patient_not_found');
      expect(await audited('encounter.list', null, otherDoctor)).toMatchObject([{ outcome: 'denied' }]);
    });

    it('cannot be changed past the service by the server’s own role', async () => {
      const server = new pg.Client({
        connectionString: app.databaseUrls.app,
        options: '-c televisit.scope=platform',
      });
      await server.connect();
      try {
        for (const [statement, error] of [
          [`update encounter_versions set content = '\\x00'`, /permission denied/],
          [`delete from encounter_versions`, /permission denied/],
          [`delete from encounters`, /permission denied/],
          [`update encounters set content = '\\x00' where status = 'amended'`, /is signed/],
          [`update encounters set status = 'draft' where status = 'amended'`, /is signed/],
          [`update medical_histories set content = '\\x00'`, /permission denied/],
        ] as const) {
          await expect(server.query(statement)).rejects.toThrow(error);
        }
      } finally {
        await server.end();
      }
    });

    it('is nowhere readable in the database', async () => {
      for (const table of ['encounters', 'encounter_versions', 'vitals', 'audit_log', 'pgboss.job']) {
        const raw = await rawRows(table);
        expect(raw).not.toMatch(/Xanth/i);
        expect(raw).not.toContain(Buffer.from('Xanth').toString('hex'));
      }
    });
  });

  describe('medical history', () => {
    it('starts unasked, grows by versions, and keeps the sections that are not sent', async () => {
      const url = '/api/emr/medical-history/me/';
      const somebody = await register(app);
      const first = await somebody.client.get(url);
      expect(first.status).toBe(200);
      expect(first.body.data).toEqual({
        patient_id: ID,
        version: 0,
        allergies: null,
        conditions: null,
        medications: null,
        surgeries: null,
        family_history: null,
        social_history: null,
        recorded_by: null,
        recorded_at: null,
      });
      const saved = await somebody.client.put(url, {
        allergies: [{ substance: 'Xanthan gum', severity: 'severe' }],
        conditions: [{ name: 'Asthma', since: '2011-05' }],
        family_history: [],
      });
      expect(saved.status).toBe(200);
      expect(saved.body.data).toEqual({
        ...first.body.data,
        version: 1,
        allergies: [{ substance: 'Xanthan gum', reaction: null, severity: 'severe' }],
        conditions: [{ name: 'Asthma', since: '2011-05', active: true }],
        family_history: [],
        recorded_by: somebody.userId,
        recorded_at: TIME,
      });
      const same = await somebody.client.put(url, { family_history: [] });
      expect(same.body.data.version).toBe(1);
      const together = await Promise.all(
        ['Clerk', 'Nurse', 'Cook'].map((work) => somebody.client.patch(url, { social_history: work })),
      );
      expect(together.map(({ body }) => body.data.version).sort((a, b) => a - b)).toEqual([2, 3, 4]);
      expect(await rawRows('medical_histories')).not.toMatch(/Xanth/i);
      const wrong = await somebody.client.put(url, { conditions: [{ name: 'Gout', since: 'once' }] });
      expect(wrong.body.details.fields[0].path).toBe('conditions.0.since');
    });

    it('tells every version: who wrote what, and when', async () => {
      const url = `/api/emr/medical-history/${visit.patientId}/`;
      await patient.client.put(url, { allergies: [], social_history: 'Smokes' });
      await doctor.client.put(url, { social_history: 'Stopped smoking' });
      const answer = await patient.client.get(`${url}versions/`);
      expect(answer.body.data).toMatchObject({ total: 2, page: 1, page_size: 20 });
      expect(answer.body.data.items).toEqual([
        {
          patient_id: visit.patientId,
          version: 2,
          allergies: [],
          conditions: null,
          medications: null,
          surgeries: null,
          family_history: null,
          social_history: 'Stopped smoking',
          recorded_by: doctor.userId,
          recorded_by_name: 'Dr. Dora Person',
          recorded_at: TIME,
          changed: ['social_history'],
        },
        expect.objectContaining({
          version: 1,
          social_history: 'Smokes',
          recorded_by: patient.userId,
          recorded_by_name: expect.stringMatching(/^Paul Person/),
          changed: ['allergies', 'social_history'],
        }),
      ]);
      const ascending = await patient.client.get(`${url}versions/?ordering=version&page_size=1`);
      expect(ascending.body.data.items).toMatchObject([{ version: 1 }]);
      const none = await patient.client.get(`${url}versions/?created_at=2020-01-01`);
      expect(none.body.data.total).toBe(0);
      const second = await doctor.client.get(`${url}versions/?page=2&page_size=1`);
      expect(second.body.data.items).toMatchObject([
        { version: 1, changed: ['allergies', 'social_history'] },
      ]);
      for (const stranger of [otherDoctor, otherPatient, admin]) {
        expect((await stranger.client.get(`${url}versions/`)).status).toBe(404);
      }
    });

    it('is not written over a version that the writer has not read', async () => {
      const somebody = await register(app);
      const url = '/api/emr/medical-history/me/';
      const reader = (version: string) => somebody.client.with({ 'if-match': version });
      const answers = await Promise.all(
        ['Clerk', 'Nurse'].map((work) => reader('"0"').put(url, { social_history: work })),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
      const late = await reader('0').patch(url, { surgeries: [] });
      expect(late.body.details).toEqual({ code: 'version_changed', version: 1 });
      expect((await reader('1').patch(url, { surgeries: [] })).body.data.version).toBe(2);
      expect((await reader('first').patch(url, { surgeries: [] })).body.details.code).toBe(
        'invalid_if_match',
      );
    });

    it('is written by a doctor who treats the patient, and hidden from everybody else', async () => {
      const url = `/api/emr/medical-history/${visit.patientId}/`;
      const saved = await doctor.client.put(url, { surgeries: [{ name: 'Appendix', date: '2001' }] });
      expect(saved.status).toBe(200);
      expect(saved.body.data.recorded_by).toBe(doctor.userId);
      expect((await patient.client.get(url)).body.data.surgeries).toEqual([
        { name: 'Appendix', date: '2001' },
      ]);
      for (const somebody of [otherDoctor, otherPatient, admin]) {
        expect((await somebody.client.get(url)).status).toBe(404);
        expect((await somebody.client.put(url, { social_history: 'x' })).status).toBe(404);
        expect(await audited('medical_history.update', null, somebody)).toMatchObject([
          { outcome: 'denied', patient_id: visit.patientId },
        ]);
      }
      expect((await app.client().get(url)).status).toBe(401);
      expect((await patient.client.get('/api/emr/medical-history/you/')).status).toBe(400);
      expect((await patient.client.get(`/api/emr/medical-history/${newId()}/`)).status).toBe(404);
    });
  });

  describe('vitals', () => {
    it('are recorded at home by the patient, and corrected by them', async () => {
      const recorded = await patient.client.post('/api/emr/vitals/', {
        patient_id: 'me',
        temperature: 38.4,
        heart_rate: 95,
        recorded_at: '2026-01-02T08:00:00+01:00',
      });
      expect(recorded.status).toBe(201);
      expect(recorded.body.data).toEqual({
        id: ID,
        patient_id: visit.patientId,
        encounter_id: null,
        ...NO_SIGNS,
        temperature: 38.4,
        heart_rate: 95,
        flags: { temperature: 'high', heart_rate: 'normal' },
        recorded_by: patient.userId,
        recorded_at: '2026-01-02T07:00:00.000Z',
        created_at: TIME,
        updated_at: TIME,
      });
      const url = `/api/emr/vitals/${recorded.body.data.id}/`;
      const corrected = await patient.client.put(url, { temperature: 37.4, heart_rate: null });
      expect(corrected.body.data).toMatchObject({ temperature: 37.4, heart_rate: null });
      expect((await doctor.client.get(url)).body.data.temperature).toBe(37.4);
      const byDoctor = await doctor.client.put(url, { temperature: 36 });
      expect(byDoctor.status).toBe(403);
      expect(byDoctor.body.details.code).toBe('not_the_recorder');
      expect((await otherDoctor.client.get(url)).status).toBe(404);
      expect((await otherPatient.client.put(url, { temperature: 36 })).status).toBe(404);
      expect((await admin.client.get(url)).status).toBe(404);
      expect((await app.client().get(url)).status).toBe(401);
    });

    it('must be plausible', async () => {
      const code = async (body: object) =>
        (await patient.client.post('/api/emr/vitals/', { patient_id: 'me', ...body })).body.details.code;
      expect(await code({ temperature: 98.6 })).toBe('validation_failed');
      expect(await code({ temperature: { value: 37, unit: '°F' } })).toBe('validation_failed');
      expect(await code({ heart_rate: { value: 60, unit: 'Hz' } })).toBe('validation_failed');
      expect(await code({})).toBe('vitals_empty');
      expect(await code({ systolic: 120 })).toBe('blood_pressure_incomplete');
      expect(await code({ systolic: 80, diastolic: 120 })).toBe('blood_pressure_reversed');
      expect(await code({ weight: 70, recorded_at: '2999-01-01T00:00:00Z' })).toBe('recorded_in_future');
    });

    it('are taken in the units of the country, and told off in the unit that was used', async () => {
      const somebody = await register(app);
      const record = (body: object) =>
        somebody.client.post('/api/emr/vitals/', { patient_id: 'me', ...body });
      const recorded = await record({
        temperature: { value: 98.6, unit: '°F' },
        weight: { value: 150, unit: 'lb' },
        height: { value: 70, unit: 'in' },
        blood_glucose: { value: 5.5, unit: 'mmol/L' },
        heart_rate: 45,
      });
      expect(recorded.body.data).toMatchObject({
        temperature: 37,
        weight: 68.04,
        height: 177.8,
        blood_glucose: 99.09,
        bmi: 21.5,
        flags: { temperature: 'normal', blood_glucose: 'normal', heart_rate: 'low' },
      });
      const wrong = await record({ temperature: { value: 37, unit: '°F' }, weight: 'heavy', height: {} });
      expect(wrong.body.details.fields).toMatchObject([
        { path: 'temperature', message: 'Between 77 and 113 °F.' },
        { path: 'weight' },
        { path: 'height' },
      ]);
    });

    it('show how a sign went, by day, week or month', async () => {
      const somebody = await register(app);
      for (const [recorded_at, systolic] of [
        ['2026-03-01T20:00:00Z', 120],
        ['2026-03-01T21:00:00Z', 131],
        ['2026-03-09T08:00:00Z', 141],
      ] as const) {
        const body = { patient_id: 'me', systolic, diastolic: 80, recorded_at };
        expect((await somebody.client.post('/api/emr/vitals/', body)).status).toBe(201);
      }
      const trend = (query: string, who = somebody) =>
        who.client.get(`/api/emr/vitals/trends/?patient_id=me&${query}`);
      const march = 'from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z';
      const answer = await trend(`measurement=systolic&bucket=week&time_zone=Asia/Kolkata&${march}`);
      expect(answer.body.data).toEqual({
        patient_id: ID,
        measurement: 'systolic',
        unit: 'mmHg',
        bucket: 'week',
        time_zone: 'Asia/Kolkata',
        from: '2026-03-01T00:00:00.000Z',
        to: '2026-04-01T00:00:00.000Z',
        reference: { low: 90, high: 139 },
        points: [
          { start: '2026-03-02', min: 120, max: 131, mean: 125.5, last: 131, count: 2 },
          { start: '2026-03-09', min: 141, max: 141, mean: 141, last: 141, count: 1 },
        ],
      });
      expect((await trend(`measurement=heart_rate&${march}`)).body.data.points).toEqual([]);
      expect(
        (await trend('measurement=systolic&from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z')).body.details
          .code,
      ).toBe('period_reversed');
      expect((await trend('measurement=bmi')).status).toBe(400);
      const { patient_id } = answer.body.data;
      const path = `/api/emr/vitals/trends/?patient_id=${patient_id}&measurement=systolic`;
      for (const stranger of [otherDoctor, otherPatient, admin]) {
        expect((await stranger.client.get(path)).body.details.code).toBe('patient_not_found');
        expect(await audited('vitals.trend', null, stranger)).toMatchObject([{ outcome: 'denied' }]);
      }
      expect(await audited('vitals.trend', patient_id, somebody)).toHaveLength(2);
    });

    it('of a visit stand in the chart and are changed in the encounter only', async () => {
      const listed = await doctor.client.get(`/api/emr/vitals/?patient_id=${visit.patientId}`);
      expect(listed.body.data.total).toBe(2);
      const [ofVisit] = listed.body.data.items;
      expect(ofVisit).toMatchObject({ encounter_id: ID, systolic: 130, diastolic: 85, weight: null });
      const change = await doctor.client.put(`/api/emr/vitals/${ofVisit.id}/`, { heart_rate: 60 });
      expect(change.status).toBe(409);
      expect(change.body.details).toEqual({
        code: 'vitals_of_encounter',
        encounter_id: ofVisit.encounter_id,
      });
      const early = '?recorded_before=2026-02-01T00:00:00Z';
      expect((await patient.client.get(`/api/emr/vitals/${early}`)).body.data.total).toBe(1);
      expect((await otherPatient.client.get('/api/emr/vitals/')).body.data.total).toBe(0);
    });

    it('are recorded by a doctor for a patient they treat, and for nobody else', async () => {
      const treated = { patient_id: visit.patientId, oxygen_saturation: 97 };
      expect((await doctor.client.post('/api/emr/vitals/', treated)).status).toBe(201);
      expect((await otherDoctor.client.post('/api/emr/vitals/', treated)).status).toBe(404);
      expect((await otherPatient.client.post('/api/emr/vitals/', treated)).status).toBe(404);
      expect((await admin.client.post('/api/emr/vitals/', treated)).status).toBe(404);
    });
  });

  describe('summary', () => {
    it('shows the whole chart to the patient and to a doctor who treats them', async () => {
      const own = await patient.client.get('/api/emr/summary/me/');
      expect(own.status).toBe(200);
      const { data } = own.body;
      expect(data.patient).toEqual({
        id: visit.patientId,
        first_name: 'Paul',
        last_name: expect.stringMatching(/^Person\d+$/),
        date_of_birth: null,
        sex: null,
      });
      expect(data.medical_history.surgeries).toEqual([{ name: 'Appendix', date: '2001' }]);
      expect(data.latest_vitals.oxygen_saturation).toBe(97);
      expect(data.encounters).toHaveLength(1);
      expect(data.encounters[0]).toMatchObject({ status: 'amended', assessment: NOTE.assessment });
      expect(data.active_prescriptions).toEqual([]);
      expect(data.documents).toEqual([]);
      expect(data.upcoming_visits).toHaveLength(3);
      expect(await audited('medical_summary.read', visit.patientId, patient)).toHaveLength(1);

      const byDoctor = await doctor.client.get(`/api/emr/summary/${visit.patientId}`);
      expect(byDoctor.body.data.encounters).toEqual(data.encounters);
      expect(byDoctor.body.data.upcoming_visits).toHaveLength(2);
    });

    it('is printed once for each state of the chart', async () => {
      const path = `/api/emr/summary/${visit.patientId}/pdf/`;
      const before = await patient.client.get(path);
      expect(before.status).toBe(404);
      expect(before.body.details.code).toBe('medical_summary_pdf_not_found');
      const answers = await Promise.all([patient, doctor, patient].map(({ client }) => client.post(path)));
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body).toEqual({
          data: {
            download_url: expect.stringContaining('X-Amz-Signature'),
            expires_in: 300,
            created_at: TIME,
            up_to_date: true,
          },
          message: 'The PDF is ready.',
          status: 'success',
        });
      }
      const papers = () => app.sql(`select id from summary_pdfs where patient_id = $1`, [visit.patientId]);
      expect(await papers()).toHaveLength(1);
      const file = await fetch(answers[1]?.body.data.download_url);
      expect(file.headers.get('content-disposition')).toMatch(
        /^attachment; filename=.*Medical_summary.*\.pdf/,
      );
      expect(
        Buffer.from(await file.arrayBuffer())
          .subarray(0, 5)
          .toString('latin1'),
      ).toBe('%PDF-');

      await patient.client.put('/api/emr/medical-history/me/', { family_history: [] });
      expect((await doctor.client.get(path)).body.data.up_to_date).toBe(false);
      expect((await doctor.client.post(path)).body.data.up_to_date).toBe(true);
      expect((await doctor.client.get(path)).body.data.up_to_date).toBe(true);
      expect(await papers()).toHaveLength(2);
      for (const stranger of [otherDoctor, otherPatient, admin]) {
        expect((await stranger.client.get(path)).body.details.code).toBe('patient_not_found');
        expect((await stranger.client.post(path)).body.details.code).toBe('patient_not_found');
        expect(await audited('medical_summary.print', null, stranger)).toMatchObject([
          { outcome: 'denied' },
          { outcome: 'denied' },
        ]);
      }
    });

    it('is closed to everybody else', async () => {
      for (const somebody of [otherDoctor, otherPatient, admin]) {
        const answer = await somebody.client.get(`/api/emr/summary/${visit.patientId}/`);
        expect(answer.status).toBe(404);
        expect(answer.body).toEqual({
          error: 'No such patient.',
          details: { code: 'patient_not_found' },
          status: 'error',
        });
        expect(await audited('medical_summary.read', null, somebody)).toMatchObject([{ outcome: 'denied' }]);
      }
      expect((await app.client().get('/api/emr/summary/me/')).status).toBe(401);
    });
  });

  it('leaves an audit chain that verifies', async () => {
    const [{ n }] = (await app.sql(`select count(*)::int as n from audit_log`)) as [{ n: number }];
    expect(n).toBeGreaterThan(40);
    expect(await app.nest.get(AuditService, { strict: false }).verify()).toEqual([]);
  });
});
