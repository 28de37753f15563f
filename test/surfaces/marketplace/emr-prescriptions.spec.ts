import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import pg from 'pg';
import { PrescriptionIssued } from '#emr';
import { newId } from '#kernel';
import { Jobs } from '#platform';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { ID, TIME } from '../../support/matchers.ts';
import { cast, type DoctorPerson, type Person, register, registerDoctor } from '../../support/people.ts';
import { confirmedVisit, startedVisit, type Visit } from '../../support/visits.ts';

const AMOXICILLIN = {
  medicine: 'Amoxicillin',
  strength: '500 mg',
  form: 'capsule',
  dose: '1 capsule',
  route: 'by mouth',
  frequency: 'three times a day',
  duration: '7 days',
  quantity: '21 capsules',
  refills: 0,
  substitution_allowed: true,
  instructions: 'With food',
};
const PARACETAMOL = { ...AMOXICILLIN, medicine: 'Paracetamol', form: 'tablet', instructions: null };

describe('prescriptions', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let otherDoctor: DoctorPerson;
  let patient: Person;
  let otherPatient: Person;
  let visit: Visit;

  before(async () => {
    app = await startTestApp();
    ({ admin, doctor, patient } = await cast(app, {
      doctor: { name: 'Dr. <Dora> & Person' },
      patient: { first_name: 'Élodie', last_name: 'van der Berg' },
    }));
    otherDoctor = await registerDoctor(app, admin);
    otherPatient = await register(app);
    visit = await startedVisit(app, patient, doctor);
    const { boss } = app.nest.get(Jobs);
    await boss.createQueue('test.prescription-issued');
    await boss.subscribe(PrescriptionIssued.name, 'test.prescription-issued');
  });
  after(() => app.close());

  const write = (body: object) =>
    doctor.client.post('/api/emr/prescriptions/', {
      appointment_id: visit.id,
      items: [AMOXICILLIN],
      ...body,
    });
  const outcomes = async (action: string, resourceId: string, actor: Person | null) =>
    (
      await app.sql<{ outcome: string }>(
        `select outcome from audit_log
         where action = $1 and resource_id = $2 and actor_user_id is not distinct from $3 order by at`,
        [action, resourceId, actor?.userId ?? null],
      )
    ).map(({ outcome }) => outcome);

  describe('writing', () => {
    let id: string;

    it('makes a draft with a number', async () => {
      const answer = await write({ advice: 'Drink enough' });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        data: {
          id: ID,
          number: expect.stringMatching(/^RX-\d{4}-\d{6}$/),
          appointment_id: visit.id,
          encounter_id: null,
          doctor: { id: doctor.doctorId, name: 'Dr. <Dora> & Person' },
          patient: { id: visit.patientId, name: 'Élodie van der Berg' },
          status: 'draft',
          items: [AMOXICILLIN],
          advice: 'Drink enough',
          allergy_override_reason: null,
          duplicate_override_reason: null,
          issued_at: null,
          cancelled_at: null,
          cancellation_reason: null,
          document_id: null,
          verification_code: null,
          verification_url: null,
          created_at: TIME,
          updated_at: TIME,
        },
        message: 'Saved.',
        status: 'success',
      });
      id = answer.body.data.id;
      expect(await outcomes('prescription.create', id, doctor)).toEqual(['allowed']);
    });

    it('is written once for one Idempotency-Key', async () => {
      const client = doctor.client.with({ 'idempotency-key': 'rx-1' });
      const body = { appointment_id: visit.id, items: [PARACETAMOL] };
      const [first, second] = await Promise.all([
        client.post('/api/emr/prescriptions/', body),
        client.post('/api/emr/prescriptions/', body),
      ]);
      expect(first.body).toEqual(second.body);
    });

    it('needs a visit that has begun and its own doctor', async () => {
      const coming = await confirmedVisit(app, patient, doctor, 3);
      expect((await write({ appointment_id: coming.id })).body.details.code).toBe('visit_not_begun');
      const body = { appointment_id: visit.id, items: [AMOXICILLIN] };
      const foreign = await otherDoctor.client.post('/api/emr/prescriptions/', body);
      expect(foreign.status).toBe(404);
      expect(foreign.body.details.code).toBe('appointment_not_found');
      expect(await outcomes('appointment.write', visit.id, otherDoctor)).toEqual(['denied']);
      expect((await patient.client.post('/api/emr/prescriptions/', body)).status).toBe(403);
      expect((await admin.client.post('/api/emr/prescriptions/', body)).status).toBe(403);
      expect((await app.client().post('/api/emr/prescriptions/', body)).status).toBe(401);
      expect((await write({ encounter_id: newId() })).body.details.code).toBe('encounter_of_other_visit');
      const wrong = await write({ items: [{ ...AMOXICILLIN, dose: ' ', refills: -1 }] });
      expect(wrong.body.details.fields.map((field: { path: string }) => field.path)).toEqual([
        'items.0.dose',
        'items.0.refills',
      ]);
      expect((await write({ items: [] })).status).toBe(400);
    });

    it('is its author’s alone while it is a draft', async () => {
      for (const somebody of [patient, otherDoctor, admin]) {
        expect((await somebody.client.get(`/api/emr/prescriptions/${id}/`)).status).toBe(404);
        expect((await somebody.client.post(`/api/emr/prescriptions/${id}/pdf/`)).status).toBe(404);
        expect(await outcomes('prescription.print', id, somebody)).toEqual(['denied']);
      }
      const pdf = await doctor.client.post(`/api/emr/prescriptions/${id}/pdf/`);
      expect(pdf.status).toBe(409);
      expect(pdf.body.details.code).toBe('prescription_is_draft');
      const cancel = await doctor.client.put(`/api/emr/prescriptions/${id}/`, {
        status: 'cancelled',
        cancellation_reason: 'x',
      });
      expect(cancel.body.details).toMatchObject({ code: 'prescription_is_draft', requested: 'cancelled' });
    });

    it('is checked against the allergies in the chart, and overridden with a reason only', async () => {
      const history = { allergies: [{ substance: 'AMOXICÍLLIN', severity: 'severe' }] };
      await patient.client.put('/api/emr/medical-history/me/', history);
      const issue = await doctor.client.put(`/api/emr/prescriptions/${id}/`, { status: 'issued' });
      expect(issue.status).toBe(409);
      expect(issue.body.details).toEqual({ code: 'allergy_conflict', items: [0] });
      expect(JSON.stringify(issue.body)).not.toMatch(/amox/i);
      const fresh = await write({ items: [PARACETAMOL, AMOXICILLIN], status: 'issued' });
      expect(fresh.body.details).toEqual({ code: 'allergy_conflict', items: [1] });
      const overridden = await write({ allergy_override_reason: 'Tolerated twice since' });
      expect(overridden.status).toBe(201);
      expect(overridden.body.data.allergy_override_reason).toBe('Tolerated twice since');
      await patient.client.put('/api/emr/medical-history/me/', { allergies: [] });
    });

    it('is checked against the class of what the patient is allergic to', async () => {
      await patient.client.put('/api/emr/medical-history/me/', {
        allergies: [{ substance: 'Pénicilline' }],
      });
      const answer = await write({ items: [PARACETAMOL, AMOXICILLIN] });
      expect(answer.body.details).toEqual({ code: 'allergy_conflict', items: [1] });
      await patient.client.put('/api/emr/medical-history/me/', { allergies: [] });
    });

    it('is issued, once, and tells whoever listens', async () => {
      const answers = await Promise.all(
        Array.from({ length: 4 }, () =>
          doctor.client.put(`/api/emr/prescriptions/${id}/`, {
            items: [AMOXICILLIN, PARACETAMOL],
            status: 'issued',
          }),
        ),
      );
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body.data).toMatchObject({
          status: 'issued',
          issued_at: TIME,
          verification_code: expect.stringMatching(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/),
        });
      }
      expect(await outcomes('prescription.issue', id, doctor)).toEqual(['allowed']);
      expect(await app.sql(`select data from pgboss.job where name = 'test.prescription-issued'`)).toEqual([
        { data: { prescriptionId: id, appointmentId: visit.id } },
      ]);
    });

    it('warns of a medicine that the patient takes already, whoever prescribed it', async () => {
      const acetaminophen = { ...PARACETAMOL, medicine: 'Acetaminophen' };
      const answer = await write({ items: [acetaminophen] });
      expect(answer.status).toBe(409);
      expect(answer.body.details).toEqual({ code: 'duplicate_medicine', items: [0] });
      expect(JSON.stringify(answer.body)).not.toMatch(/acetam/i);
      const colleague = await registerDoctor(app, admin);
      const otherVisit = await startedVisit(app, patient, colleague, 6);
      const body = { appointment_id: otherVisit.id, items: [AMOXICILLIN], status: 'issued' };
      const byOther = await colleague.client.post('/api/emr/prescriptions/', body);
      expect(byOther.body.details.code).toBe('duplicate_medicine');
      const meant = await write({ items: [acetaminophen], duplicate_override_reason: 'Drops for nights' });
      expect(meant.status).toBe(201);
      expect(meant.body.data.duplicate_override_reason).toBe('Drops for nights');
      const url = `/api/emr/prescriptions/${meant.body.data.id}/`;
      const unmeant = await doctor.client.put(url, { duplicate_override_reason: null });
      expect(unmeant.body.details.code).toBe('duplicate_medicine');
      // What was issued long ago is taken to be used up.
      const age = (days: number) =>
        app.sql(
          `alter table prescriptions disable trigger prescriptions_keep_issued;
           update prescriptions set issued_at = issued_at - interval '${days} days' where status = 'issued';
           alter table prescriptions enable trigger prescriptions_keep_issued`,
        );
      await age(91);
      expect((await doctor.client.put(url, { duplicate_override_reason: null })).status).toBe(200);
      await age(-91);
    });

    it('does not change after that', async () => {
      const change = await doctor.client.put(`/api/emr/prescriptions/${id}/`, { advice: 'Wine' });
      expect(change.status).toBe(409);
      expect(change.body.details.code).toBe('prescription_is_issued');
      const back = await doctor.client.put(`/api/emr/prescriptions/${id}/`, { status: 'draft' });
      expect(back.body.details).toMatchObject({ code: 'prescription_is_issued', requested: 'draft' });

      const server = new pg.Client({
        connectionString: app.databaseUrls.app,
        options: '-c televisit.scope=platform',
      });
      await server.connect();
      try {
        for (const change of [
          `content = '\\x00'`,
          `status = 'draft'`,
          `number = 'RX-1'`,
          `issued_at = null`,
        ]) {
          const update = server.query(`update prescriptions set ${change} where id = $1`, [id]);
          await expect(update).rejects.toThrow(/is issued/);
        }
        await expect(server.query('delete from prescriptions')).rejects.toThrow(/permission denied/);
      } finally {
        await server.end();
      }
    });

    it('is read by patient and doctor, and hidden from everybody else', async () => {
      const url = `/api/emr/prescriptions/${id}/`;
      expect((await patient.client.get(url)).body.data.items).toEqual([AMOXICILLIN, PARACETAMOL]);
      expect((await patient.client.put(url, { status: 'cancelled' })).status).toBe(403);
      for (const somebody of [otherDoctor, otherPatient, admin]) {
        const answer = await somebody.client.get(url);
        expect(answer.status).toBe(404);
        expect(answer.body.details.code).toBe('prescription_not_found');
      }
      // Once as a draft, once as it was issued.
      expect(await outcomes('prescription.read', id, admin)).toEqual(['denied', 'denied']);
      expect((await otherDoctor.client.put(url, { advice: 'x' })).status).toBe(404);
      expect((await app.client().get(url)).status).toBe(401);
      const listed = await patient.client.get(
        '/api/emr/prescriptions/?status=issued&search=RX-&ordering=-issued_at',
      );
      expect(listed.body.data).toMatchObject({ total: 1, items: [{ id }] });
      expect((await patient.client.get('/api/emr/prescriptions/')).body.data.total).toBe(1);
      expect((await otherPatient.client.get('/api/emr/prescriptions/')).body.data.total).toBe(0);
      const summary = await patient.client.get('/api/emr/summary/me/');
      expect(summary.body.data.active_prescriptions).toMatchObject([{ id, status: 'issued' }]);
    });

    it('needs a licence that is approved and has not run out', async () => {
      for (const [change, undo] of [
        [`license_expires_on = '2020-01-01'`, `license_expires_on = '2099-12-31'`],
        [`kyc_status = 'rejected'`, `kyc_status = 'approved'`],
      ]) {
        await app.sql(`update doctors set ${change} where id = $1`, [doctor.doctorId]);
        const answer = await write({ status: 'issued', duplicate_override_reason: 'A refill' });
        expect(answer.status).toBe(403);
        expect(answer.body.details.code).toBe('licence_not_valid');
        await app.sql(`update doctors set ${undo} where id = $1`, [doctor.doctorId]);
      }
    });

    it('is nowhere readable in the database', async () => {
      for (const table of ['prescriptions', 'documents', 'audit_log', 'pgboss.job']) {
        const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`);
        const raw = rows.map(({ row }) => row).join('\n');
        for (const word of ['Amoxicillin', 'Drink enough', 'Tolerated', 'Drops for']) {
          expect(raw).not.toContain(word);
          expect(raw).not.toContain(Buffer.from(word).toString('hex'));
        }
      }
    });
  });

  describe('on paper', () => {
    let id: string;
    let code: string;
    let documentId: string;

    before(async () => {
      const encounter = await doctor.client.post('/api/emr/encounters/', {
        appointment_id: visit.id,
        diagnoses: [{ code: 'j06.9', description: 'Cold' }],
        vitals: { weight: 61.5 },
      });
      const answer = await write({
        items: [AMOXICILLIN, PARACETAMOL],
        status: 'issued',
        duplicate_override_reason: 'The first paper was lost',
      });
      expect(answer.body.data.encounter_id).toBe(encounter.body.data.id);
      ({ id, verification_code: code } = answer.body.data);
    });

    const pdf = (person: Person) => person.client.post(`/api/emr/prescriptions/${id}/pdf/`);
    const verify = (typed: string) => app.client().get(`/api/emr/verify/${typed}/`);

    it('is a PDF, made once, that both fetch by a presigned link', async () => {
      const answers = await Promise.all([doctor, patient, doctor, patient].map(pdf));
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body).toEqual({
          data: {
            document_id: ID,
            download_url: expect.stringContaining('X-Amz-Signature'),
            expires_in: 300,
          },
          message: 'The PDF is ready.',
          status: 'success',
        });
      }
      const ids = new Set(answers.map(({ body }) => body.data.document_id));
      expect(ids.size).toBe(1);
      [documentId] = [...ids] as [string];

      const file = await fetch(answers[1]?.body.data.download_url);
      expect(file.status).toBe(200);
      expect(file.headers.get('content-type')).toBe('application/pdf');
      expect(file.headers.get('content-disposition')).toMatch(/filename="Prescription_RX-\d{4}-\d{6}\.pdf"/);
      const bytes = Buffer.from(await file.arrayBuffer());
      expect(bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');
      const [stored] = await app.sql(
        `select size_bytes, sha256, status from files where id = (select file_id from documents where id = $1)`,
        [documentId],
      );
      expect(stored).toEqual({
        size_bytes: String(bytes.length),
        sha256: createHash('sha256').update(bytes).digest(),
        status: 'available',
      });
      expect(await outcomes('prescription.print', id, patient)).toEqual(['allowed', 'allowed']);

      const unsigned = new URL(answers[1]?.body.data.download_url);
      unsigned.searchParams.set('X-Amz-Signature', '0'.repeat(64));
      expect((await fetch(unsigned)).status).toBe(403);
    });

    it('is made after all when the server died before it was', async () => {
      await app.sql(
        `update files set status = 'pending_upload', sha256 = null
         where id = (select file_id from documents where id = $1)`,
        [documentId],
      );
      expect((await patient.client.get(`/api/emr/documents/${documentId}/`)).status).toBe(404);
      expect((await pdf(patient)).body.data.document_id).toBe(documentId);
      expect((await patient.client.get(`/api/emr/documents/${documentId}/`)).status).toBe(200);
    });

    it('is a document of the chart', async () => {
      const own = await patient.client.get(
        `/api/emr/documents/?kind=prescription&patient_id=${visit.patientId}`,
      );
      expect(own.body.data).toEqual({
        items: [
          {
            id: documentId,
            patient_id: visit.patientId,
            kind: 'prescription',
            title: expect.stringMatching(/^Prescription RX-/),
            content_type: 'application/pdf',
            file_id: ID,
            size_bytes: expect.any(Number),
            rejection: null,
            status: 'available',
            uploaded_by: doctor.userId,
            created_at: TIME,
            updated_at: TIME,
          },
        ],
        total: 1,
        page: 1,
        page_size: 20,
      });
      const link = await patient.client.get(`/api/emr/documents/${documentId}/download/`);
      expect(link.body.data).toEqual({ url: expect.any(String), expires_in: 300 });
      expect((await fetch(link.body.data.url)).status).toBe(200);
      expect(await outcomes('document.download', documentId, patient)).toEqual(['allowed']);
      for (const somebody of [otherDoctor, otherPatient, admin]) {
        for (const path of ['', 'download/']) {
          expect((await somebody.client.get(`/api/emr/documents/${documentId}/${path}`)).status).toBe(404);
        }
        expect((await somebody.client.delete(`/api/emr/documents/${documentId}/`)).status).toBe(404);
        expect(await outcomes('document.download', documentId, somebody)).toEqual(['denied']);
        expect((await pdf(somebody)).status).toBe(404);
      }
      expect((await app.client().get(`/api/emr/documents/${documentId}/download/`)).status).toBe(401);
      const byPatient = await patient.client.delete(`/api/emr/documents/${documentId}/`);
      expect(byPatient.status).toBe(403);
      expect(byPatient.body.details.code).toBe('not_the_uploader');
    });

    it('is taken out of the chart by its doctor, and made anew when it is wanted', async () => {
      const removed = await doctor.client.delete(`/api/emr/documents/${documentId}/`);
      expect(removed.body).toEqual({ data: null, message: 'Removed.', status: 'success' });
      expect((await doctor.client.delete(`/api/emr/documents/${documentId}/`)).status).toBe(404);
      expect((await patient.client.get(`/api/emr/documents/${documentId}/download/`)).status).toBe(404);
      const again = await pdf(patient);
      expect(again.body.data.document_id).not.toBe(documentId);
      documentId = again.body.data.document_id;
    });

    it('is verified by anybody who holds it, who learns no more than they need', async () => {
      const answer = await verify(code);
      expect(answer.status).toBe(200);
      expect(answer.body.data).toEqual({
        number: expect.stringMatching(/^RX-/),
        status: 'issued',
        issued_on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        cancelled_on: null,
        doctor: { name: 'Dr. <Dora> & Person', license_number: 'RPPS-10001', license_country: 'FR' },
        practice: 'Person Practice',
        patient_initials: 'É. V. D. B.',
        item_count: 2,
      });
      expect((await verify(code.toLowerCase().replaceAll('-', ''))).body.data).toEqual(answer.body.data);
      expect(await outcomes('prescription.verify', id, null)).toEqual(['allowed', 'allowed']);
      expect((await verify('0000-0000-0000-0000')).body.details.code).toBe('prescription_not_found');
      const [draft] = await app.sql(
        `select verification_code from prescriptions where status = 'draft' limit 1`,
      );
      expect((await verify(draft?.['verification_code'])).status).toBe(404);
    });

    it('has a public page that needs nothing from elsewhere', async () => {
      const { verification_url } = (await doctor.client.get(`/api/emr/prescriptions/${id}/`)).body.data;
      expect(new URL(verification_url).origin).toBe(app.url);
      const page = await app.client().get(verification_url);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('content-security-policy')).toContain(`default-src 'self'`);
      expect(page.body).toContain('This prescription is genuine and valid');
      expect(page.body).toContain('Dr. &lt;Dora&gt; &amp; Person');
      expect(page.body).not.toMatch(/<Dora>|Amoxicillin|Paracetamol|Berg|style=|<style|<script|https?:/);
      const style = await app.client().get(/href="([^"]+)"/.exec(page.body)?.[1] ?? '');
      expect(style.status).toBe(200);
      expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');

      const unknown = await app.client().get('/verify/<script>');
      expect(unknown.status).toBe(404);
      expect(unknown.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(unknown.body).toContain('No prescription has this code');
    });

    it('is called back with a reason: the old copy goes, the new one says so', async () => {
      const url = `/api/emr/prescriptions/${id}/`;
      const silent = await doctor.client.put(url, { status: 'cancelled' });
      expect(silent.status).toBe(400);
      expect(silent.body.details.code).toBe('cancellation_reason_required');
      const change = { status: 'cancelled', cancellation_reason: 'Wrong patient' };
      const cancelled = await doctor.client.put(url, change);
      expect(cancelled.body.data).toMatchObject({
        status: 'cancelled',
        cancelled_at: TIME,
        cancellation_reason: 'Wrong patient',
        document_id: null,
      });
      expect((await doctor.client.put(url, change)).body.data).toEqual(cancelled.body.data);
      expect(await outcomes('prescription.cancel', id, doctor)).toEqual(['allowed']);
      const revive = await doctor.client.put(url, { status: 'issued' });
      expect(revive.body.details).toMatchObject({ code: 'prescription_is_cancelled', requested: 'issued' });
      expect((await patient.client.get(`/api/emr/documents/${documentId}/download/`)).status).toBe(404);

      const copy = await pdf(patient);
      expect(copy.body.data.document_id).not.toBe(documentId);
      const bytes = Buffer.from(await (await fetch(copy.body.data.download_url)).arrayBuffer());
      expect(bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');
      expect((await verify(code)).body.data).toMatchObject({
        status: 'cancelled',
        cancelled_on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      });
      const page = await app.client().get(`/verify/${code}`);
      expect(page.body).toContain('was cancelled: do not dispense');
    });
  });
});
