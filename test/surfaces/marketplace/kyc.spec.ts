import { after, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { AppointmentsService } from '#appointments';
import { Clock, newId, systemActor } from '#kernel';
import { LicenceLapseHandler } from '../../../libs/doctors/src/licence-lapse.handler.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  book,
  DOCTOR_PROFILE,
  type DoctorPerson,
  freeSlots,
  LICENSE,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
  sendLicence,
} from '../../support/people.ts';
import { PDF, PNG, putBytes } from '../../support/uploading.ts';

const UPDATE = '/api/doctors/kyc/update/';

describe('the licence of a doctor', () => {
  let app: TestApp;
  let admin: Person;
  let patient: Person;
  let doctor: Person;
  let doctorId: string;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
    patient = await register(app);
    doctor = await register(app, 'doctor');
    const registered = await doctor.client.post('/api/doctors/register/', DOCTOR_PROFILE);
    doctorId = registered.body.data.id;
  });
  after(() => app.close());

  const codeOf = ({ status, body }: Awaited<ReturnType<Person['client']['get']>>) => [
    status,
    body.details.code,
  ];
  const decide = (body: object, by = admin, of = doctorId) =>
    by.client.post(UPDATE, { doctor_id: of, ...body });
  const kycOf = async (of: string, by = admin) => (await by.client.get(`/api/doctors/${of}/kyc/`)).body.data;
  const isListed = async (of: string) => (await app.client().get(`/api/doctors/${of}/`)).status === 200;

  describe('is sent in with its documents', () => {
    it('before anybody sees or books the doctor', async () => {
      expect(await isListed(doctorId)).toBe(false);
      expect((await app.client().get(`/api/doctors/${doctorId}/availability/`)).status).toBe(404);
      const booked = await patient.client.post('/api/appointments/', {
        doctor_id: doctorId,
        start: '2027-01-01T10:00:00Z',
      });
      expect(booked.body.details.code).toBe('doctor_not_found');
      expect(codeOf(await decide({ status: 'approved' }))).toEqual([409, 'kyc_is_unsubmitted']);
    });

    it('of which there is at least one, of a type and size that is taken', async () => {
      const send = (changes: object) => doctor.client.post(UPDATE, { ...LICENSE, ...changes });
      const document = { kind: 'licence', content_type: 'application/pdf', size_bytes: 100 };
      expect((await send({ documents: [] })).status).toBe(400);
      expect((await send({ documents: [{ kind: 'licence', reference: 'x' }] })).status).toBe(400);
      expect((await send({ documents: Array.from({ length: 11 }, () => document) })).status).toBe(400);
      const html = await send({ documents: [{ ...document, content_type: 'text/html' }] });
      expect(codeOf(html)).toEqual([400, 'file_type_not_allowed']);
      const huge = await send({ documents: [{ ...document, size_bytes: 2 ** 40 }] });
      expect(codeOf(huge)).toEqual([413, 'file_too_large']);
      expect(codeOf(await send({ license_expiry: '2020-01-01' }))).toEqual([400, 'license_expired']);
      expect((await send({ license_country: 'France' })).status).toBe(400);
      expect((await patient.client.post(UPDATE, LICENSE)).status).toBe(403);
      const withoutProfile = await register(app, 'doctor');
      expect(codeOf(await withoutProfile.client.post(UPDATE, LICENSE))).toEqual([
        404,
        'doctor_profile_not_found',
      ]);
    });

    it('and is submitted when all of them have been checked', async () => {
      const sent = await doctor.client.post(UPDATE, {
        ...LICENSE,
        documents: [
          ...LICENSE.documents,
          { kind: 'degree', content_type: 'image/png', size_bytes: PNG.length },
        ],
      });
      expect(sent.status).toBe(200);
      expect(sent.body.data).toMatchObject({
        doctor_id: doctorId,
        status: 'unsubmitted',
        license_number: null,
      });
      const [{ id, status, documents }] = sent.body.data.submissions;
      expect(status).toBe('awaiting_documents');
      expect(documents[1]).toMatchObject({
        kind: 'degree',
        content_type: 'image/png',
        size_bytes: PNG.length,
        status: 'pending_upload',
        upload: { method: 'PUT', url: expect.any(String) },
        download_url: null,
      });
      const bring = async (place: number, bytes: Uint8Array) => {
        expect(await putBytes(documents[place].upload, bytes)).toBe(200);
        await doctor.client.post(`/api/files/${documents[place].id}/complete/`);
        await app.drained();
      };
      await bring(0, PDF);
      expect((await kycOf(doctorId)).submissions[0]).toMatchObject({ id, status: 'awaiting_documents' });
      expect(codeOf(await decide({ status: 'approved' }))).toEqual([409, 'kyc_is_unsubmitted']);
      await bring(1, PNG);
      const kyc = await kycOf('me', doctor);
      expect(kyc.status).toBe('submitted');
      expect(kyc.submissions[0]).toMatchObject({ id, status: 'submitted', submitted_at: expect.any(String) });
      const fetched = await fetch(kyc.submissions[0].documents[1].download_url);
      expect(Buffer.from(await fetched.arrayBuffer())).toEqual(PNG);
    });

    it('and waits for ever when one of them is not what it was announced to be', async () => {
      const other = await register(app, 'doctor');
      await other.client.post('/api/doctors/register/', DOCTOR_PROFILE);
      const sent = await other.client.post(UPDATE, {
        ...LICENSE,
        documents: [{ kind: 'licence', content_type: 'image/png', size_bytes: PDF.length }],
      });
      const [{ documents }] = sent.body.data.submissions;
      await putBytes(documents[0].upload, PDF);
      await other.client.post(`/api/files/${documents[0].id}/complete/`);
      await app.drained();
      const kyc = await kycOf('me', other);
      expect(kyc.submissions).toMatchObject([
        { status: 'awaiting_documents', documents: [{ status: 'rejected', rejection: 'type_differs' }] },
      ]);
      await sendLicence(other);
      expect((await kycOf('me', other)).submissions).toMatchObject([
        { status: 'submitted' },
        { status: 'withdrawn' },
      ]);
    });
  });

  describe('is decided on', () => {
    it('by an administrator, and never by oneself', async () => {
      for (const person of [doctor, patient])
        expect((await decide({ status: 'approved' }, person)).status).toBe(403);
      const both = await registerDoctor(app, admin);
      await app.sql(`update users set roles = '{admin,doctor}' where id = $1`, [both.userId]);
      await sendLicence(both);
      expect(codeOf(await decide({ status: 'approved' }, both, both.doctorId))).toEqual([403, 'own_licence']);
      expect(codeOf(await decide({ status: 'approved' }, admin, newId()))).toEqual([404, 'doctor_not_found']);
    });

    it('with a reason when it is turned down, and can be sent again', async () => {
      expect((await decide({ status: 'rejected' })).status).toBe(400);
      const rejected = await decide({ status: 'rejected', reason: 'The picture cannot be read.' });
      expect(rejected.body.data).toMatchObject({ status: 'rejected', license_number: null });
      expect(codeOf(await decide({ status: 'approved' }))).toEqual([409, 'kyc_is_rejected']);
      expect(await isListed(doctorId)).toBe(false);
      const id = await sendLicence(doctor, { license_number: 'SECOND' });
      const approved = await Promise.all([1, 2].map(() => decide({ status: 'approved', submission_id: id })));
      expect(approved.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      expect(await isListed(doctorId)).toBe(true);
      expect(await kycOf('me', doctor)).toMatchObject({
        status: 'approved',
        license_number: 'SECOND',
        submissions: [
          {
            id,
            status: 'approved',
            decisions: [{ status: 'approved', reason: null, decided_by: admin.userId }],
          },
          { status: 'rejected', decisions: [{ status: 'rejected', reason: 'The picture cannot be read.' }] },
          { status: 'withdrawn', decisions: [] },
        ].slice(0, 2),
      });
    });

    it('and stays in force while another one waits, until that one is approved', async () => {
      const first = await sendLicence(doctor, { license_number: 'THIRD', license_country: 'de' });
      const second = await sendLicence(doctor, { license_number: 'FOURTH', license_country: 'DE' });
      expect(await isListed(doctorId)).toBe(true);
      expect(await kycOf(doctorId)).toMatchObject({ status: 'approved', license_number: 'SECOND' });
      const unseen = await decide({ status: 'approved', submission_id: first });
      expect(codeOf(unseen)).toEqual([409, 'submission_changed']);
      expect(unseen.body.details.submission_id).toBe(second);
      await decide({ status: 'rejected', reason: 'Not a licence of that country.' });
      expect(await kycOf(doctorId)).toMatchObject({ status: 'approved', license_number: 'SECOND' });
      await sendLicence(doctor, { license_number: 'FIFTH', license_country: 'DE' });
      expect((await decide({ status: 'approved' })).body.data).toMatchObject({
        status: 'approved',
        license_number: 'FIFTH',
        license_country: 'DE',
      });
      const { submissions } = await kycOf(doctorId);
      expect(submissions.map(({ status }: { status: string }) => status).slice(0, 4)).toEqual([
        'approved',
        'rejected',
        'withdrawn',
        'replaced',
      ]);
      expect((await app.client().get('/api/doctors/?country=de')).body.data.items).toMatchObject([
        { id: doctorId },
      ]);
    });

    it('and is taken back with a reason', async () => {
      expect((await decide({ status: 'revoked' })).status).toBe(400);
      const revoked = await decide({ status: 'revoked', reason: 'The register says otherwise.' });
      expect(revoked.body.data.status).toBe('revoked');
      expect(await isListed(doctorId)).toBe(false);
      const again = await decide({ status: 'revoked', reason: 'Twice.' });
      expect(codeOf(again)).toEqual([409, 'kyc_is_revoked']);
      await app.drained();
      const told = await doctor.client.get('/api/notifications/?ordering=-created_at');
      expect(told.body.data.items[0]).toMatchObject({
        type: 'licence_revoked',
        data: { doctor_id: doctorId },
      });
      const audit = await admin.client.get('/api/audit/logs/?action=licence.revoked');
      expect(audit.body.data.items).toMatchObject([
        { actor_id: admin.userId, reason: 'The register says otherwise.', resource: 'licence' },
      ]);
    });
  });

  it('is needed when a held visit is paid for, too', async () => {
    const revoked = await registerDoctor(app, admin);
    const held = await book(patient, revoked.doctorId, 100);
    await decide({ status: 'revoked', reason: 'Fraud.' }, admin, revoked.doctorId);
    const confirmed = await app.nest.get(AppointmentsService).confirm(systemActor(newId()), held.id);
    expect(confirmed).toBe('slot_lost');
    expect((await patient.client.get(`/api/appointments/${held.id}/`)).body.data.status).toBe('held');
  });

  it('leaves the name of a doctor without one to those who met them', async () => {
    const former = await registerDoctor(app, admin);
    const visit = await book(patient, former.doctorId, 200);
    await app.sql(`update appointments set status = 'completed', hold_expires_at = null where id = $1`, [
      visit.id,
    ]);
    await decide({ status: 'revoked', reason: 'Fraud.' }, admin, former.doctorId);
    const read = (by: Person['client']) => by.get(`/api/doctors/${former.doctorId}/`);
    for (const who of [patient, former, admin])
      expect((await read(who.client)).body.data).toMatchObject({
        id: former.doctorId,
        name: 'Dr. Dora Person',
        accepting_patients: false,
      });
    const stranger = await register(app);
    for (const client of [stranger.client, app.client(), doctor.client])
      expect(codeOf(await read(client))).toEqual([404, 'doctor_not_found']);
  });

  it('is seen by its doctor and administrators only, and each look is audited', async () => {
    const stranger = await registerDoctor(app, admin);
    expect(codeOf(await stranger.client.get(`/api/doctors/${doctorId}/kyc/`))).toEqual([
      404,
      'doctor_not_found',
    ]);
    expect((await patient.client.get(`/api/doctors/${doctorId}/kyc/`)).status).toBe(403);
    expect((await app.client().get(`/api/doctors/${doctorId}/kyc/`)).status).toBe(401);
    expect((await doctor.client.get('/api/doctors/kyc/')).status).toBe(403);
    const denied = await admin.client.get('/api/audit/logs/?action=licence.read&outcome=denied');
    expect(denied.body.data.items).toMatchObject([{ actor_id: stranger.userId }]);
  });

  it('is listed for administrators, by state, country, name and number', async () => {
    const list = async (query: string) => (await admin.client.get(`/api/doctors/kyc/?${query}`)).body.data;
    const all = await list('page_size=100');
    expect(all.items[0]).toMatchObject({
      doctor_name: 'Dr. Dora Person',
      status: expect.any(String),
      documents: [{ status: 'available', upload: null, download_url: null }],
    });
    const rejected = await list('status=rejected');
    expect(rejected.items.map(({ status }: { status: string }) => status)).toEqual(['rejected', 'rejected']);
    expect((await list('search=fift')).items).toMatchObject([{ license_number: 'FIFTH', status: 'revoked' }]);
    expect((await list('search=%25')).total).toBe(0);
    expect((await list('country=de&status=withdrawn')).total).toBe(1);
    const dates = (await list('ordering=submitted_at&page_size=100&status=approved')).items.map(
      (item: { submitted_at: string }) => item.submitted_at,
    );
    expect(dates).toEqual(dates.toSorted());
  });

  describe('ends', () => {
    let ending: DoctorPerson;
    const today = Temporal.Now.plainDateISO('UTC');

    before(async () => {
      ending = await registerDoctor(app, admin);
    });

    /** Sets the last day of the licence in force, counted from today. */
    async function lastDay(days: number): Promise<string> {
      const date = today.add({ days }).toString();
      await app.sql(`update licences set expires_on = $2 where doctor_id = $1 and status = 'approved'`, [
        ending.doctorId,
        date,
      ]);
      await app.sql('update doctors set license_expires_on = $2 where id = $1', [ending.doctorId, date]);
      return date;
    }

    /** What the job does after so many days; with two processes that both believe it is theirs to do. */
    async function lapse(inDays = 0): Promise<void> {
      mock.method(app.nest.get(Clock), 'now', () => Temporal.Now.instant().add({ hours: inDays * 24 }));
      const job = app.nest.get(LicenceLapseHandler);
      await Promise.all([job.handle(systemActor(newId())), job.handle(systemActor(newId()))]);
      mock.restoreAll();
      await app.drained();
    }

    const told = async () =>
      (await ending.client.get('/api/notifications/?ordering=created_at')).body.data.items
        .map(({ type }: { type: string }) => type)
        .filter((type: string) => type.startsWith('licence'));

    it('with a warning 30, 7 and 1 days ahead, each once', async () => {
      await lastDay(40);
      await lapse(9);
      expect(await told()).toEqual([]);
      await lapse(10);
      await lapse(11);
      await lapse(32);
      expect(await told()).toEqual(['licence_expiring']);
      await lapse(33);
      await lapse(38);
      await lapse(39);
      await lapse(40);
      expect(await told()).toEqual(['licence_expiring', 'licence_expiring', 'licence_expiring']);
      const { body } = await ending.client.get(
        '/api/notifications/?type=licence_expiring&ordering=-created_at',
      );
      expect(body.data.items[0].body).toContain(`${today.add({ days: 40 }).year}`);
    });

    it('with its last day: no slot is offered, booked or moved to behind it', async () => {
      const day = await lastDay(2);
      const slots = await freeSlots(app.client(), ending.doctorId);
      expect(slots.at(-1)?.start.slice(0, 10)).toBe(day);
      const after = today.add({ days: 3 }).toString();
      const refused = await patient.client.post('/api/appointments/', {
        doctor_id: ending.doctorId,
        start: `${after}T00:00:00Z`,
      });
      expect(codeOf(refused)).toEqual([409, 'slot_not_offered']);
      const visit = await book(patient, ending.doctorId, 3);
      await app.sql(`update appointments set status = 'scheduled', hold_expires_at = null where id = $1`, [
        visit.id,
      ]);
      const moved = await patient.client.post(`/api/appointments/${visit.id}/reschedule/`, {
        start: `${after}T00:00:00Z`,
      });
      expect(codeOf(moved)).toEqual([409, 'slot_not_offered']);
      const found = await app.client().get(`/api/doctors/?available_after=${after}T00:00:00Z`);
      expect(found.body.data.items.map(({ id }: { id: string }) => id)).not.toContain(ending.doctorId);
      await app.sql('update appointments set status = $2 where id = $1', [visit.id, 'completed']);
    });

    it('at once, before any job has noticed', async () => {
      const visit = await book(patient, ending.doctorId, 5);
      await app.sql(`update appointments set status = 'scheduled', hold_expires_at = null where id = $1`, [
        visit.id,
      ]);
      const [slot] = await freeSlots(app.client(), ending.doctorId);
      await lastDay(-1);
      expect(await isListed(ending.doctorId)).toBe(false);
      const refused = await patient.client.post('/api/appointments/', {
        doctor_id: ending.doctorId,
        start: slot?.start,
      });
      expect(codeOf(refused)).toEqual([404, 'doctor_not_found']);
      const moved = await patient.client.post(`/api/appointments/${visit.id}/reschedule/`, {
        start: slot?.start,
      });
      expect(moved.status).toBe(409);
      const found = await app.client().get('/api/doctors/?page_size=100');
      expect(found.body.data.items.map(({ id }: { id: string }) => id)).not.toContain(ending.doctorId);
    });

    it('for good when the job has come by, and begins again with the next one', async () => {
      await lapse();
      await lapse();
      expect(await kycOf('me', ending)).toMatchObject({
        status: 'expired',
        submissions: [{ status: 'expired', decisions: [{}, { status: 'expired', decided_by: null }] }],
      });
      expect((await told()).filter((type: string) => type === 'licence_expired')).toHaveLength(1);
      await sendLicence(ending);
      expect((await kycOf('me', ending)).status).toBe('submitted');
      await decide({ status: 'approved' }, admin, ending.doctorId);
      expect(await isListed(ending.doctorId)).toBe(true);
    });

    it('and gives way to one that waits already', async () => {
      await sendLicence(ending);
      await lastDay(-1);
      await lapse();
      expect((await kycOf('me', ending)).status).toBe('submitted');
      await decide({ status: 'approved' }, admin, ending.doctorId);
      expect(await isListed(ending.doctorId)).toBe(true);
    });

    it('before it was approved: then it is not', async () => {
      const late = await register(app, 'doctor');
      const { id } = (await late.client.post('/api/doctors/register/', DOCTOR_PROFILE)).body.data;
      await sendLicence(late);
      await app.sql(`update licences set expires_on = current_date - 1 where doctor_id = $1`, [id]);
      expect(codeOf(await decide({ status: 'approved' }, admin, id))).toEqual([409, 'license_expired']);
    });
  });

  it('is of no use while the account is shut, and is again when it is opened', async () => {
    const doctor = await registerDoctor(app, admin);
    const set = (status: string) =>
      admin.client.patch(`/api/auth/users/${doctor.userId}/`, {
        status,
        reason: 'Asked for by the practice.',
      });
    const seen = async () => (await app.client().get(`/api/doctors/${doctor.doctorId}/`)).status;
    const found = async () =>
      (await app.client().get('/api/doctors/?page_size=100')).body.data.items.filter(
        ({ id }: { id: string }) => id === doctor.doctorId,
      ).length;
    expect([await seen(), await found()]).toEqual([200, 1]);
    expect((await set('disabled')).status).toBe(200);
    await app.drained();
    expect([await seen(), await found()]).toEqual([404, 0]);
    const kyc = await admin.client.get(`/api/doctors/${doctor.doctorId}/kyc/`);
    expect(kyc.body.data.status).toBe('suspended');
    await set('active');
    await app.drained();
    expect([await seen(), await found()]).toEqual([200, 1]);
  });
});
