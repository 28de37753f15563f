import { after, afterEach, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { AccountParts } from '#auth';
import { Clock, newId } from '#kernel';
import { eventually, startTestApp, type TestApp } from '../../support/app.ts';
import type { Answer } from '../../support/client.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { ID, TIME } from '../../support/matchers.ts';
import { intentFor, PAYING_APP, payInBrowser, settled } from '../../support/paying.ts';
import {
  book,
  type DoctorPerson,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { confirmedVisit, startedVisit } from '../../support/visits.ts';

/** What becomes of the rows that name an account when it is erased. A new table finds its place here. */
const GONE = [
  'calendar_feeds.user_id',
  'chart_handovers.guardian_user_id',
  'contact_codes.user_id',
  'identities.user_id',
  'identity_verifications.user_id',
  'login_challenges.user_id',
  'notification_positions.user_id',
  'notification_preferences.user_id',
  'notification_stream_tickets.user_id',
  'notifications.user_id',
  'password_resets.user_id',
  'patients.guardian_user_id',
  'patients.user_id',
  'push_subscriptions.user_id',
  'recovery_codes.user_id',
  'reminders.user_id',
  'reviews.author_user_id',
  'second_factors.user_id',
];
const EMPTIED = ['account_exports.user_id', 'doctors.user_id', 'sessions.user_id'];
const KEPT = [
  'appointments.booked_by',
  'break_glass_grants.reviewed_by',
  'break_glass_grants.user_id',
  'commission_rules.created_by',
  'documents.uploaded_by',
  'encounter_versions.signed_by',
  'identity_verifications.decided_by',
  'invoices.payer_user_id',
  'licence_decisions.decided_by',
  'medical_histories.recorded_by',
  'notification_bulk_recipients.user_id',
  'notification_bulks.author_user_id',
  'payments.payer_user_id',
  'payouts.approved_by',
  'payouts.created_by',
  'reconciliations.requested_by',
  'refunds.requested_by',
  'subscription_checkouts.created_by',
  'subscription_customers.user_id',
  'subscriptions.user_id',
  'review_reports.reporter_id',
  'reviews.moderated_by',
  'room_guests.invited_by',
  'room_join_tokens.user_id',
  'room_pre_call_tests.user_id',
  'room_presences.user_id',
  'staff_members.user_id',
  'vitals.recorded_by',
  'waitlist_entries.requested_by',
];

describe('an account as a whole', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin);
  });
  after(() => app.close());
  afterEach(() => mock.restoreAll());

  const later = (duration: Temporal.DurationLike) =>
    mock.method(app.nest.get(Clock), 'now', () => Temporal.Now.instant().add(duration));

  const erase = ({ client }: Person, body?: unknown): Promise<Answer> =>
    client.request('DELETE', '/api/auth/profile/', body);

  const code = ({ status, body }: Answer) => [status, body.details?.code];

  describe('export', () => {
    const ready = async ({ client }: Person): Promise<Answer> => {
      await eventually(
        async () => (await client.get('/api/auth/export/')).body.data.status === 'ready',
        'the export is ready',
      );
      return client.get('/api/auth/export/');
    };

    it('puts everything that is kept of a person into one file, and nothing of others', async () => {
      const patient = await register(app, 'patient', { first_name: 'Xenia', phone: '+33611112222' });
      const visit = await startedVisit(app, patient, doctor);
      await doctor.client.put(`/api/appointments/${visit.id}/`, { notes: 'Private to the doctor' });
      const encounter = await doctor.client.post('/api/emr/encounters/', {
        appointment_id: visit.id,
        assessment: 'Viral infection',
      });
      await doctor.client.put(`/api/emr/encounters/${encounter.body.data.id}/`, { status: 'finalized' });
      await doctor.client.post(`/api/appointments/${visit.id}/end/`);
      await patient.client.post('/api/emr/vitals/', { patient_id: 'me', heart_rate: 61 });
      await patient.client.post(`/api/doctors/${doctor.doctorId}/reviews/create/`, {
        rating: 5,
        comment: 'Listened',
      });
      const stranger = await register(app, 'patient', { first_name: 'Yorick' });
      await confirmedVisit(app, stranger, doctor, 3);
      await app.drained();

      const none = await patient.client.get('/api/auth/export/');
      expect(code(none)).toEqual([404, 'account_export_not_found']);
      const asked = await patient.client.post('/api/auth/export/');
      expect(asked.status).toBe(202);
      expect(asked.body).toEqual({
        status: 'success',
        message: 'Your data are being put together.',
        data: {
          id: ID,
          status: 'queued',
          progress: 0,
          expires_at: null,
          download: null,
          created_at: TIME,
          updated_at: TIME,
        },
      });
      const answer = await ready(patient);
      expect(answer.body.data).toEqual({
        ...asked.body.data,
        status: 'ready',
        progress: 100,
        expires_at: TIME,
        updated_at: TIME,
        download: { url: expect.stringMatching(/^http/), expires_in: 300 },
      });
      const file = await fetch(answer.body.data.download.url);
      expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="televisit-.*\.json"/);
      const text = await file.text();
      const content = JSON.parse(text);
      expect(content).toMatchObject({
        format: 1,
        account: { profile: { email: patient.email, firstName: 'Xenia', phone: '+33611112222' } },
        charts: { charts: [{ id: visit.patientId, firstName: 'Xenia' }] },
        appointments: { visits: [{ id: visit.id, reason: 'A cough that stays', doctor: 'Dr. Dora Person' }] },
        medical_records: {
          charts: [
            {
              patientId: visit.patientId,
              encounters: [{ assessment: 'Viral infection', status: 'finalized' }],
              vitals: [{ measurements: { heartRate: 61 } }],
            },
          ],
        },
        reviews: { reviews: [{ rating: 5, comment: 'Listened' }] },
      });
      expect(content.account.sessions).toHaveLength(1);
      expect(content.charts.charts[0].openedByOthers).toEqual(
        expect.arrayContaining([expect.objectContaining({ actorUserId: doctor.userId })]),
      );
      for (const foreign of ['Yorick', stranger.email, doctor.email, 'Private to the doctor', 'argon2']) {
        expect(text).not.toContain(foreign);
      }
      const audited = await app.sql(
        `select distinct action from audit_log where actor_user_id = $1 and resource = 'account_export' order by 1`,
        [patient.userId],
      );
      expect(audited).toEqual([{ action: 'account_export.download' }, { action: 'account_export.request' }]);
    });

    it('has a part of every library that keeps something of people', () => {
      const parts = app.nest.get(AccountParts, { strict: false }).all();
      expect([...parts.keys()]).toEqual([
        'account',
        'appointments',
        'calls',
        'charts',
        'doctor_profile',
        'hours',
        'medical_records',
        'notifications',
        'payments',
        'practices',
        'reviews',
        'subscriptions',
      ]);
    });

    it('tells a doctor of their own, and not of their patients', async () => {
      await doctor.client.post('/api/auth/export/');
      const { url } = (await ready(doctor)).body.data.download;
      const text = await (await fetch(url)).text();
      expect(JSON.parse(text)).toMatchObject({
        practices: { memberships: [{ practiceName: 'Person Practice' }] },
        doctor_profile: { profile: { licenseNumber: 'RPPS-10001' } },
        appointments: { visits: [] },
        medical_records: { charts: [] },
      });
      expect(JSON.parse(text).hours.rules).toHaveLength(7);
      expect(text).not.toContain('Xenia');
    });

    it('is made once, however often it is asked for at once, and is nobody else’s', async () => {
      const person = await register(app);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => person.client.post('/api/auth/export/')),
      );
      expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
      await ready(person);
      const other = await register(app);
      expect((await other.client.get('/api/auth/export/')).status).toBe(404);
      expect((await app.client().get('/api/auth/export/')).status).toBe(401);
      await app.sql(`update account_exports set created_at = created_at - interval '1 minute'`);
      const again = await person.client.post('/api/auth/export/');
      expect(again.body.data.id).not.toBe(answers[0]?.body.data.id);
    });

    it('goes after a week, and one that is stuck gives way to another', async () => {
      const person = await register(app);
      await person.client.post('/api/auth/export/');
      const { id, download } = (await ready(person)).body.data;
      await app.drained();
      const told = await person.client.get('/api/notifications/');
      expect(told.body.data.items).toMatchObject([{ type: 'export_ready', title: 'Your data is ready' }]);
      expect(await mailsTo(app, person.email)).toMatchObject([
        { subject: 'Your data is ready', text: expect.stringContaining('(UTC)') },
      ]);
      await app.sql(
        `update pgboss.job set start_after = now() where name = 'auth.expire-export' and data->>'exportId' = $1`,
        [id],
      );
      await eventually(
        async () => (await person.client.get('/api/auth/export/')).body.data.status === 'expired',
        'the export is over',
      );
      await app.drained();
      expect((await fetch(download.url)).status).toBe(404);

      await app.sql(`update account_exports set status = 'assembling' where id = $1`, [id]);
      expect((await person.client.post('/api/auth/export/')).body.data.id).toBe(id);
      await app.sql(`update account_exports set created_at = now() - interval '2 hours' where id = $1`, [id]);
      const next = await person.client.post('/api/auth/export/');
      expect(next.body.data).toMatchObject({ status: 'queued' });
      expect(next.body.data.id).not.toBe(id);
    });
  });

  describe('erasure', () => {
    it('needs the password, or a login of the last ten minutes', async () => {
      const person = await register(app);
      expect(code(await erase(person, { password: 'wrong' }))).toEqual([403, 'wrong_password']);
      expect(code(await erase(person, { password: { $ne: '' } }))[0]).toBe(400);
      later({ minutes: 11 });
      expect(code(await erase(person))).toEqual([403, 'fresh_login_required']);
      expect(code(await erase(person, { cancel_open_visits: true }))).toEqual([403, 'fresh_login_required']);
      const done = await erase(person, { password: PASSWORD });
      expect([done.status, done.body]).toEqual([
        200,
        { status: 'success', message: 'Your account is erased.', data: null },
      ]);
      expect((await person.client.get('/api/auth/me/')).status).toBe(401);
      expect((await erase(person, { password: PASSWORD })).status).toBe(401);
    });

    it('is refused while visits are to come, or calls them off first', async () => {
      const person = await register(app);
      const visit = await confirmedVisit(app, person, doctor, 5);
      const held = await book(person, doctor.doctorId, 9);
      const refused = await erase(person, { password: PASSWORD });
      expect(refused.status).toBe(409);
      expect(refused.body.details).toEqual({
        code: 'account_in_use',
        obstacles: [
          { kind: 'visit', id: visit.id, status: 'scheduled' },
          { kind: 'visit', id: held.id, status: 'held' },
        ],
      });
      expect((await person.client.get('/api/auth/me/')).status).toBe(200);

      const done = await erase(person, { password: PASSWORD, cancel_open_visits: true });
      expect(done.status).toBe(200);
      await app.drained();
      for (const { id } of [visit, held]) {
        expect((await doctor.client.get(`/api/appointments/${id}/`)).body.data).toMatchObject({
          status: 'cancelled',
          cancelled_by: 'patient',
        });
      }
    });

    it('is refused while a visit runs, and undoes nothing of what stays', async () => {
      const person = await register(app);
      const running = await startedVisit(app, person, doctor);
      const coming = await confirmedVisit(app, person, doctor, 12);
      const refused = await erase(person, { password: PASSWORD, cancel_open_visits: true });
      expect(refused.body.details.obstacles).toEqual([
        { kind: 'visit', id: running.id, status: 'in_progress' },
      ]);
      const kept = await person.client.get(`/api/appointments/${coming.id}/`);
      expect(kept.body.data.status).toBe('scheduled');
    });

    it('gives back what was paid for a visit that is called off', async () => {
      const person = await register(app);
      const { id } = await book(person, doctor.doctorId, 90);
      await payInBrowser(app, await intentFor(person, id));
      await settled(app);
      expect((await erase(person, { password: PASSWORD, cancel_open_visits: true })).status).toBe(200);
      await settled(app);
      const [payment] = await app.sql(
        'select status, refunded_amount from payments where appointment_id = $1',
        [id],
      );
      expect(payment).toEqual({ status: 'refunded', refunded_amount: '5000' });
      await app.drained();
      expect(await app.sql(`select name from pgboss.job where state in ('failed', 'retry')`)).toEqual([]);
    });

    it('leaves nothing of the person but the health record, and the record without an account', async () => {
      const person = await register(app, 'patient', {
        email: 'zebulon.quill@example.test',
        first_name: 'Zebulon',
        last_name: 'Quillfeather',
        phone: '+33698765432',
      });
      const visit = await book(person, doctor.doctorId, 60);
      await payInBrowser(app, await intentFor(person, visit.id));
      await settled(app);
      expect((await doctor.client.post(`/api/appointments/${visit.id}/start/`)).status).toBe(200);
      const patientId = (await person.client.get('/api/emr/summary/me/')).body.data.patient.id;
      const encounter = await doctor.client.post('/api/emr/encounters/', {
        appointment_id: visit.id,
        plan: 'Rest',
      });
      const encounterPath = `/api/emr/encounters/${encounter.body.data.id}/`;
      await doctor.client.put(encounterPath, { status: 'finalized' });
      await doctor.client.post(`/api/appointments/${visit.id}/end/`);
      const dependant = { last_name: 'Quillfeather', date_of_birth: '2020-01-01', relationship: 'child' };
      const { body: unused } = await person.client.post('/api/patients/dependants/', {
        ...dependant,
        first_name: 'Unused',
      });
      const { body: used } = await person.client
        .with({ 'idempotency-key': newId() })
        .post('/api/patients/dependants/', { ...dependant, first_name: 'Used' });
      await person.client.post('/api/emr/vitals/', { patient_id: used.data.id, heart_rate: 80 });
      await person.client.post(`/api/doctors/${doctor.doctorId}/reviews/create/`, {
        appointment_id: visit.id,
        rating: 4,
        comment: 'Quillfeather was here',
      });
      await person.client.post('/api/auth/verify/phone/');
      await person.client.post('/api/auth/second-factor/');
      await app.client().post('/api/auth/password/forgot/', { email: 'zebulon.quill@example.test' });
      await person.client.post('/api/auth/export/');
      await app.drained();
      const { url } = (await person.client.get('/api/auth/export/')).body.data.download;
      expect(await places(['zebulon', 'quill', '698765432'])).toEqual(
        expect.arrayContaining([
          'contact_codes',
          'notification_deliveries',
          'password_resets',
          'patients',
          'reviews',
          'users',
        ]),
      );

      expect((await erase(person)).status).toBe(200);
      await app.drained();
      expect(await places(['zebulon', 'quill', '698765432'])).toEqual(['patients']);
      expect((await fetch(url)).status).toBe(404);
      const retained = Temporal.Now.plainDateISO('UTC').add({ years: 10 }).toString();
      const charts = await app.sql(
        `select id, user_id, guardian_user_id, phone, email, retained_until::text from patients where last_name = 'Quillfeather' order by created_at`,
      );
      const released = { user_id: null, guardian_user_id: null, phone: null, email: null };
      expect(charts).toEqual([
        { id: patientId, ...released, retained_until: retained },
        { id: used.data.id, ...released, retained_until: retained },
      ]);
      expect(await app.sql('select from patients where id = $1', [unused.data.id])).toEqual([]);

      const record = await doctor.client.get(encounterPath);
      expect(record.body.data).toMatchObject({ patient: { name: 'Zebulon Quillfeather' }, plan: 'Rest' });
      const reviews = await app.client().get(`/api/doctors/${doctor.doctorId}/reviews/?rating=4`);
      expect(reviews.body.data.items).toMatchObject([{ author: 'A former patient', comment: '' }]);
      const trail = await admin.client.get(`/api/audit/logs/?patient_id=${patientId}`);
      expect(trail.body.data.items.map((row: { action: string }) => row.action)).toEqual(
        expect.arrayContaining(['encounter.create', 'patient.release']),
      );
      const again = await register(app, 'patient', { email: 'zebulon.quill@example.test' });
      expect((await again.client.get(encounterPath)).status).toBe(404);
    });

    it('knows what becomes of each row that names an account', async () => {
      const rows = await app.sql<{ place: string }>(
        `select conrelid::regclass || '.' || attname as place from pg_constraint
         join pg_attribute on attrelid = conrelid and attnum = any (conkey)
         where contype = 'f' and confrelid = 'users'::regclass`,
      );
      const known = [...GONE, ...EMPTIED, ...KEPT];
      expect(new Set(rows.map(({ place }) => place))).toEqual(new Set(known));
      for (const place of GONE) {
        const [table, column] = place.split('.');
        const left = await app.sql(
          `select from ${table} join users on users.id = ${column} where users.status = 'erased'`,
        );
        expect([place, left.length]).toEqual([place, 0]);
      }
    });

    it('ends every login, and tells the person nothing any more', async () => {
      const person = await register(app);
      const logIn = () => app.client().post('/api/auth/login/', { email: person.email, password: PASSWORD });
      const elsewhere = (await logIn()).body.data;
      await erase(person);
      expect((await app.client().as(elsewhere.access_token).get('/api/auth/me/')).status).toBe(401);
      const refreshed = await app
        .client()
        .post('/api/auth/refresh/', { refresh_token: elsewhere.refresh_token });
      expect(refreshed.status).toBe(401);
      expect(code(await logIn())).toEqual([401, 'wrong_credentials']);
      const tombstone = { email: `${person.userId}@erased.invalid`, password: PASSWORD };
      expect(code(await app.client().post('/api/auth/login/', tombstone))).toEqual([
        401,
        'wrong_credentials',
      ]);
    });

    it('happens once, however often it is asked for at once', async () => {
      const person = await register(app);
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => erase(person, { password: PASSWORD })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const rows = await app.sql(
        `select from audit_log where action = 'account.erase' and resource_id = $1`,
        [person.userId],
      );
      expect(rows).toHaveLength(1);
    });

    it('takes a doctor off the list and calls their visits off with a full refund', async () => {
      const leaving = await registerDoctor(app, admin, { name: 'Dr. Gone', bio: 'Born in Gone-upon-Sea.' });
      const patient = await register(app);
      const { id } = await book(patient, leaving.doctorId, 2);
      await payInBrowser(app, await intentFor(patient, id));
      await settled(app);
      expect(code(await erase(leaving))).toEqual([409, 'account_in_use']);
      expect((await erase(leaving, { cancel_open_visits: true })).status).toBe(200);
      await settled(app);
      await app.drained();
      expect((await app.client().get(`/api/doctors/${leaving.doctorId}/`)).status).toBe(404);
      const visit = await patient.client.get(`/api/appointments/${id}/`);
      expect(visit.body.data).toMatchObject({
        status: 'cancelled',
        cancelled_by: 'doctor',
        doctor: { name: 'Dr. Gone' },
      });
      const [payment] = await app.sql('select status from payments where appointment_id = $1', [id]);
      expect(payment).toEqual({ status: 'refunded' });
      expect(await places(['gone-upon-sea'])).toEqual([]);
    });

    it('is refused while a doctor is owed something', async () => {
      const owed = await registerDoctor(app, admin);
      const patient = await register(app);
      const { id } = await book(patient, owed.doctorId);
      await payInBrowser(app, await intentFor(patient, id));
      await settled(app);
      await owed.client.post(`/api/appointments/${id}/start/`);
      await owed.client.post(`/api/appointments/${id}/end/`);
      await settled(app);
      const refused = await erase(owed, { cancel_open_visits: true });
      expect(refused.body.details.obstacles).toEqual([
        { kind: 'earnings', id: owed.doctorId, status: 'doctor_available' },
      ]);
    });
  });

  describe('erasure by an administrator', () => {
    const eraseFor = (by: Person, userId: string, body: unknown = { reason: 'Asked by letter' }) =>
      by.client.request('DELETE', `/api/auth/users/${userId}/`, body);

    it('needs a reason, which stays in the audit trail', async () => {
      const person = await register(app);
      expect((await eraseFor(admin, person.userId, {})).status).toBe(400);
      expect((await admin.client.delete(`/api/auth/users/${person.userId}/`)).status).toBe(400);
      expect((await eraseFor(admin, person.userId)).body).toEqual({
        status: 'success',
        message: 'The account is erased.',
        data: null,
      });
      expect((await person.client.get('/api/auth/me/')).status).toBe(401);
      expect(code(await eraseFor(admin, person.userId))).toEqual([404, 'user_not_found']);
      expect(code(await eraseFor(admin, newId()))).toEqual([404, 'user_not_found']);
      const [row] = await app.sql(
        `select actor_user_id, reason from audit_log where action = 'account.erase' and resource_id = $1`,
        [person.userId],
      );
      expect(row).toEqual({ actor_user_id: admin.userId, reason: 'Asked by letter' });
      const list = await admin.client.get('/api/auth/list/?status=erased&page_size=100');
      expect(list.body.data.items).toEqual(
        expect.arrayContaining([expect.objectContaining({ id: person.userId, first_name: 'Erased' })]),
      );
    });

    it('calls visits off in the name of their owner, under the policy', async () => {
      const person = await register(app);
      const visit = await confirmedVisit(app, person, doctor, 30);
      expect(code(await eraseFor(admin, person.userId))).toEqual([409, 'account_in_use']);
      const done = await eraseFor(admin, person.userId, { reason: 'By phone', cancel_open_visits: true });
      expect(done.status).toBe(200);
      const cancelled = await doctor.client.get(`/api/appointments/${visit.id}/`);
      expect(cancelled.body.data.cancelled_by).toBe('patient');
    });

    it('is for administrators, and leaves the last one', async () => {
      const person = await register(app);
      for (const other of [person, doctor]) {
        expect(code(await eraseFor(other, person.userId))).toEqual([403, 'role_required']);
      }
      const second = await registerAdmin(app);
      const answers = await Promise.all([eraseFor(admin, second.userId), eraseFor(second, admin.userId)]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const left = answers[0]?.status === 200 ? admin : second;
      expect(code(await erase(left, { password: PASSWORD }))).toEqual([409, 'last_admin']);
    });
  });

  /** The tables, of ours and of the queues, in which one of the words can be read. */
  async function places(words: string[]): Promise<string[]> {
    const tables = await app.sql<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await app.sql(`select from ${name} t where lower(t::text) ~ $1 limit 1`, [
        words.join('|'),
      ]);
      if (rows.length > 0) found.push(name.replace('public.', ''));
    }
    return found;
  }
});
