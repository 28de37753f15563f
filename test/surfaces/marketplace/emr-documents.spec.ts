import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { ID, TIME } from '../../support/matchers.ts';
import { cast, type DoctorPerson, type Person, register, registerDoctor } from '../../support/people.ts';
import { JPEG, PDF, PNG, putBytes } from '../../support/uploading.ts';
import { startedVisit, type Visit } from '../../support/visits.ts';

const TITLE = 'Blood count of Xanthippe';

describe('documents of a chart', () => {
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
  });
  after(() => app.close());

  const announce = (somebody: Person, body: object = {}) =>
    somebody.client.post('/api/emr/documents/', {
      kind: 'lab_report',
      title: TITLE,
      content_type: 'application/pdf',
      size_bytes: PDF.length,
      ...body,
    });
  /** Announces, sends, says so, and waits for the check. */
  async function uploaded(somebody: Person, bytes: Uint8Array, body: object = {}) {
    const { data } = (await announce(somebody, { size_bytes: bytes.length, ...body })).body;
    expect(await putBytes(data.upload, bytes)).toBe(200);
    expect((await somebody.client.post(`/api/files/${data.file_id}/complete/`)).status).toBe(202);
    await app.drained();
    return (await somebody.client.get(`/api/emr/documents/${data.id}/`)).body.data;
  }
  const audited = (action: string, resourceId: string | null, actor: Person) =>
    app.sql(
      `select outcome, patient_id from audit_log
       where action = $1 and resource_id is not distinct from $2 and actor_user_id = $3 order by at`,
      [action, resourceId, actor.userId],
    );
  const listed = async (somebody: Person, query = '') =>
    (await somebody.client.get(`/api/emr/documents/${query}`)).body.data.items.map(
      ({ id }: { id: string }) => id,
    );

  it('are announced, sent to the storage, checked, and then there for those who may read the chart', async () => {
    const announced = await announce(patient);
    expect(announced.status).toBe(201);
    expect(announced.body).toEqual({
      data: {
        id: ID,
        patient_id: visit.patientId,
        file_id: ID,
        kind: 'lab_report',
        title: TITLE,
        content_type: 'application/pdf',
        size_bytes: PDF.length,
        status: 'pending_upload',
        rejection: null,
        uploaded_by: patient.userId,
        created_at: TIME,
        updated_at: TIME,
        upload: {
          file_id: announced.body.data.file_id,
          method: 'PUT',
          url: expect.stringContaining('X-Amz-Signature'),
          headers: expect.any(Object),
          expires_at: TIME,
        },
      },
      message: 'Send the bytes to upload.url, then POST to /api/files/{file_id}/complete/.',
      status: 'success',
    });
    const { id, file_id, upload } = announced.body.data;
    const path = `/api/emr/documents/${id}/`;
    expect(await listed(patient)).toEqual([id]);
    expect(await listed(doctor)).toEqual([]);
    expect((await doctor.client.get(path)).status).toBe(404);
    const early = await patient.client.get(`${path}download/`);
    expect(early.status).toBe(409);
    expect(early.body.details).toMatchObject({ code: 'file_not_available', status: 'pending_upload' });
    const empty = await patient.client.post(`/api/files/${file_id}/complete/`);
    expect(empty.body.details.code).toBe('file_not_uploaded');

    expect(await putBytes(upload, PDF)).toBe(200);
    const completes = await Promise.all(
      [1, 2, 3].map(() => patient.client.post(`/api/files/${file_id}/complete/`)),
    );
    expect(completes.map(({ status }) => status)).toEqual([202, 202, 202]);
    await app.drained();

    const read = await doctor.client.get(path);
    expect(read.body.data).toMatchObject({ id, status: 'available', rejection: null, title: TITLE });
    expect(read.body.data.updated_at > announced.body.data.updated_at).toBe(true);
    expect(await listed(doctor, `?patient_id=${visit.patientId}&kind=lab_report&status=available`)).toEqual([
      id,
    ]);
    expect((await patient.client.get('/api/emr/summary/me/')).body.data.documents).toMatchObject([{ id }]);
    const link = (await doctor.client.get(`${path}download/`)).body.data;
    expect(link).toEqual({ url: expect.any(String), expires_in: 300 });
    const fetched = await fetch(link.url);
    expect(fetched.headers.get('content-disposition')).toContain('attachment');
    expect(Buffer.from(await fetched.arrayBuffer())).toEqual(PDF);
    expect(await audited('document.create', id, patient)).toEqual([
      { outcome: 'allowed', patient_id: visit.patientId },
    ]);
    expect(await audited('document.download', id, doctor)).toEqual([
      { outcome: 'allowed', patient_id: visit.patientId },
    ]);
  });

  it('are added by a doctor who treats the patient, and by nobody else', async () => {
    const body = { patient_id: visit.patientId, kind: 'imaging', content_type: 'image/png' };
    const document = await uploaded(doctor, PNG, body);
    expect(document).toMatchObject({ status: 'available', kind: 'imaging', uploaded_by: doctor.userId });
    expect((await patient.client.get(`/api/emr/documents/${document.id}/`)).status).toBe(200);
    for (const somebody of [otherDoctor, otherPatient, admin]) {
      expect((await announce(somebody, { patient_id: visit.patientId })).status).toBe(404);
      expect(await audited('document.create', null, somebody)).toEqual([
        { outcome: 'denied', patient_id: visit.patientId },
      ]);
      for (const tail of ['', 'download/']) {
        const answer = await somebody.client.get(`/api/emr/documents/${document.id}/${tail}`);
        expect(answer.body.details).toEqual({ code: 'document_not_found' });
      }
      expect((await somebody.client.put(`/api/emr/documents/${document.id}/`, { title: 'x' })).status).toBe(
        404,
      );
      expect((await somebody.client.get(`/api/files/${document.file_id}/`)).status).toBe(404);
      expect((await somebody.client.post(`/api/files/${document.file_id}/complete/`)).status).toBe(404);
      expect(await listed(somebody)).toEqual([]);
    }
    expect((await app.client().get(`/api/emr/documents/${document.id}/`)).status).toBe(401);
    expect((await announce(patient, { patient_id: newId() })).status).toBe(404);
  });

  it('are refused when they are of a type that is not taken, or too large', async () => {
    const html = await announce(patient, { content_type: 'text/html' });
    expect(html.status).toBe(400);
    expect(html.body.details).toEqual({
      code: 'file_type_not_allowed',
      content_types: expect.arrayContaining(['application/pdf', 'application/dicom']),
    });
    const huge = await announce(patient, { size_bytes: 20 * 1024 * 1024 + 1 });
    expect(huge.status).toBe(413);
    expect(huge.body.details).toEqual({ code: 'file_too_large', max_bytes: 20 * 1024 * 1024 });
    for (const [body, path] of [
      [{ kind: 'prescription' }, 'kind'],
      [{ kind: 'x' }, 'kind'],
      [{ title: ' ' }, 'title'],
      [{ title: 'x'.repeat(201) }, 'title'],
      [{ size_bytes: 0 }, 'size_bytes'],
      [{ size_bytes: 1.5 }, 'size_bytes'],
      [{ content_type: 7 }, 'content_type'],
      [{ patient_id: 'you' }, 'patient_id'],
    ] as const) {
      const answer = await announce(patient, body);
      expect(answer.status).toBe(400);
      expect(answer.body.details.fields[0].path).toBe(path);
    }
    const refused = await app.sql(`select id from documents where uploaded_by = $1`, [patient.userId]);
    expect(refused).toHaveLength(1);
  });

  it('are refused by the storage when the bytes are not as many as announced', async () => {
    const { upload, file_id } = (await announce(patient)).body.data;
    expect(await putBytes(upload, Buffer.concat([PDF, PDF]))).toBe(403);
    expect((await patient.client.post(`/api/files/${file_id}/complete/`)).status).toBe(409);
  });

  it('are rejected when they are not what they are called, and then fetched by nobody', async () => {
    for (const bytes of [
      Buffer.from('<!doctype html><script>alert(1)</script>'),
      Buffer.concat([Buffer.from('4d5a90000300000004000000ffff0000', 'hex'), Buffer.alloc(64)]),
      JPEG,
    ]) {
      const document = await uploaded(patient, bytes, { title: 'report.pdf' });
      expect(document).toMatchObject({ status: 'rejected', rejection: 'type_differs' });
      const path = `/api/emr/documents/${document.id}/`;
      const download = await patient.client.get(`${path}download/`);
      expect(download.body.details).toEqual({
        code: 'file_not_available',
        status: 'rejected',
        rejection: 'type_differs',
      });
      expect((await doctor.client.get(path)).status).toBe(404);
      expect((await doctor.client.get(`${path}download/`)).status).toBe(404);
    }
    expect(await listed(patient, '?status=rejected')).toHaveLength(3);
    expect(await listed(doctor, '?status=rejected')).toEqual([]);
  });

  it('are called otherwise by their uploader only', async () => {
    const { id } = await uploaded(patient, PDF);
    const path = `/api/emr/documents/${id}/`;
    const changed = await patient.client.put(path, { kind: 'referral' });
    expect(changed.body).toMatchObject({ data: { kind: 'referral', title: TITLE }, message: 'Saved.' });
    expect((await patient.client.patch(path, { title: 'Letter' })).body.data).toMatchObject({
      kind: 'referral',
      title: 'Letter',
    });
    const byDoctor = await doctor.client.put(path, { title: 'Mine' });
    expect(byDoctor.status).toBe(403);
    expect(byDoctor.body.details.code).toBe('not_the_uploader');
    expect(await audited('document.update', id, doctor)).toMatchObject([{ outcome: 'denied' }]);
    expect((await patient.client.put(path, { kind: 'prescription' })).status).toBe(400);
  });

  it('leave a trail when they are taken out', async () => {
    const { id } = await uploaded(patient, PDF);
    const path = `/api/emr/documents/${id}/`;
    expect((await doctor.client.delete(path)).status).toBe(403);
    const answers = await Promise.all([patient.client.delete(path), patient.client.delete(path)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toContain(200);
    expect((await patient.client.delete(path)).status).toBe(404);
    for (const somebody of [patient, doctor]) {
      expect((await somebody.client.get(path)).status).toBe(404);
      expect((await somebody.client.get(`${path}download/`)).status).toBe(404);
      expect(await listed(somebody)).not.toContain(id);
    }
    const [kept] = await app.sql(
      `select d.deleted_at, f.status, f.sha256 from documents d join files f on f.id = d.file_id where d.id = $1`,
      [id],
    );
    expect(kept).toMatchObject({
      deleted_at: expect.anything(),
      status: 'available',
      sha256: expect.anything(),
    });
  });

  it('made by the server change with their record only', async () => {
    const item = { strength: '5 mg', form: 'tablet', dose: '1', route: 'by mouth', frequency: 'daily' };
    const issued = await doctor.client.post('/api/emr/prescriptions/', {
      appointment_id: visit.id,
      status: 'issued',
      items: [{ ...item, medicine: 'Bisoprolol', duration: '30 days', quantity: '30' }],
    });
    const made = await doctor.client.post(`/api/emr/prescriptions/${issued.body.data.id}/pdf/`);
    const path = `/api/emr/documents/${made.body.data.document_id}/`;
    expect((await doctor.client.put(path, { title: 'x' })).body.details.code).toBe('document_is_made');
  });

  it('are announced once for one Idempotency-Key', async () => {
    const client = patient.client.with({ 'idempotency-key': 'scan-1' });
    const somebody = { ...patient, client };
    const [first, second] = await Promise.all([announce(somebody), announce(somebody)]);
    expect(first.body.data.id).toBe(second.body.data.id);
  });

  it('are nowhere readable in the database by their title', async () => {
    for (const table of ['documents', 'files', 'audit_log', 'pgboss.job', 'idempotency_keys']) {
      const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`);
      const raw = rows.map(({ row }) => row).join('\n');
      expect(raw).not.toMatch(/Xanthippe/);
      expect(raw).not.toContain(Buffer.from('Xanthippe').toString('hex'));
    }
  });
});
