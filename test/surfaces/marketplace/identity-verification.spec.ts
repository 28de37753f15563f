import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Answer } from '../../support/client.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { ID, TIME } from '../../support/matchers.ts';
import {
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { JPEG, PDF, PNG, putBytes } from '../../support/uploading.ts';

const PATH = '/api/auth/verify/identity/';

const file = (side: string, bytes: Uint8Array, content_type: string) => ({
  side,
  content_type,
  size_bytes: bytes.byteLength,
});

const FRONT = file('front', JPEG, 'image/jpeg');
const BACK = file('back', PNG, 'image/png');
const BYTES: Readonly<Record<string, Uint8Array>> = { front: JPEG, back: PNG, selfie: PDF };

const LICENCE = {
  document_type: 'driving_licence',
  country: 'in',
  document_expires_on: '2099-12-31',
  files: [FRONT, BACK],
};

describe('showing who one is', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin);
  });
  after(() => app.close());

  const code = ({ status, body }: Answer) => [status, body.details?.code];
  const own = async ({ client }: Person) => (await client.get(PATH)).body.data;
  const requestPath = (id: string) => `${PATH}requests/${id}/`;

  const decide = (by: Person, id: string, body: unknown = { status: 'approved' }): Promise<Answer> =>
    by.client.post(`${requestPath(id)}decide/`, body);

  interface Begun {
    readonly id: string;
    readonly uploads: { side: string; upload: Parameters<typeof putBytes>[0] & { file_id: string } }[];
  }

  const begin = async ({ client }: Person, fields: Record<string, unknown> = {}): Promise<Begun> => {
    const answer = await client.post(PATH, { ...LICENCE, ...fields });
    expect(answer.status).toBe(201);
    return answer.body.data;
  };

  const send = async ({ client }: Person, { uploads }: Begun, bytes = BYTES): Promise<void> => {
    for (const { side, upload } of uploads) {
      expect(await putBytes(upload, bytes[side] ?? PDF)).toBe(200);
      expect((await client.post(`/api/files/${upload.file_id}/complete/`)).status).toBe(202);
    }
    await app.drained();
  };

  const submitted = async (person: Person, fields: Record<string, unknown> = {}): Promise<string> => {
    const begun = await begin(person, fields);
    await send(person, begun);
    expect((await own(person)).status).toBe('submitted');
    return begun.id;
  };

  it('begins with an announcement, goes on with the files, and ends with a decision', async () => {
    const person = await register(app);
    expect((await person.client.get(PATH)).body).toEqual({
      status: 'success',
      message: 'OK',
      data: { status: 'unsubmitted', verification: null },
    });
    expect((await person.client.get('/api/auth/profile/')).body.data.identity_status).toBe('unsubmitted');

    const answer = await person.client.post(PATH, {
      ...LICENCE,
      files: [FRONT, BACK, file('selfie', PDF, 'application/pdf')],
    });
    expect(answer.status).toBe(201);
    const upload = {
      file_id: ID,
      method: 'PUT',
      url: expect.any(String),
      headers: expect.any(Object),
      expires_at: expect.any(String),
    };
    const { uploads, ...verification } = answer.body.data;
    expect(uploads).toEqual(['front', 'back', 'selfie'].map((side) => ({ side, upload })));
    expect(verification).toEqual({
      id: ID,
      status: 'pending_upload',
      document_type: 'driving_licence',
      country: 'IN',
      document_expires_on: '2099-12-31',
      files: ['front', 'back', 'selfie'].map((side) => ({
        side,
        file_id: ID,
        status: 'pending_upload',
        rejection: null,
      })),
      rejection: null,
      rejection_reason: null,
      submitted_at: null,
      decided_at: null,
      created_at: TIME,
      updated_at: TIME,
    });
    const { id } = verification;
    expect(code(await decide(admin, id))).toEqual([409, 'identity_verification_is_pending_upload']);
    await send(person, { id, uploads: uploads.slice(0, 2) });
    expect((await own(person)).status).toBe('pending_upload');
    await send(person, { id, uploads: uploads.slice(2) });
    expect(await own(person)).toMatchObject({
      status: 'submitted',
      verification: { id, status: 'submitted', submitted_at: TIME },
    });
    expect(code(await person.client.post(PATH, LICENCE))).toEqual([
      409,
      'identity_verification_is_submitted',
    ]);

    const shown = await admin.client.get(requestPath(id));
    expect(shown.body.data).toMatchObject({ id, person: { id: person.userId, email: person.email } });
    expect(shown.body.data.downloads.map((one: { side: string }) => one.side)).toEqual([
      'front',
      'back',
      'selfie',
    ]);
    const front = await fetch(shown.body.data.downloads[0].url);
    expect(Buffer.from(await front.arrayBuffer())).toEqual(JPEG);

    const decided = await decide(admin, id);
    expect(decided.body).toMatchObject({
      message: 'Decided.',
      data: { id, status: 'approved', decided_by: admin.userId, decided_at: TIME },
    });
    expect((await person.client.get('/api/auth/me/')).body.data.identity_status).toBe('approved');
    expect(code(await decide(admin, id))).toEqual([409, 'identity_verification_is_approved']);
    expect(code(await person.client.post(PATH, LICENCE))).toEqual([409, 'identity_verification_is_approved']);
    const trail = await app.sql(
      `select action, actor_user_id from audit_log where resource_id = $1 order by sequence`,
      [id],
    );
    expect(trail).toEqual([
      { action: 'identity_verification.begin', actor_user_id: person.userId },
      { action: 'identity_verification.read', actor_user_id: admin.userId },
      { action: 'identity_verification.approved', actor_user_id: admin.userId },
    ]);
  });

  it('can be turned down with a reason that the person reads, and tried again', async () => {
    const person = await register(app);
    const id = await submitted(person);
    expect((await decide(admin, id, { status: 'rejected' })).status).toBe(400);
    expect((await decide(admin, id, { status: 'submitted' })).status).toBe(400);
    const answer = await decide(admin, id, { status: 'rejected', reason: 'The picture is blurred.' });
    expect(answer.body.data).toMatchObject({ status: 'rejected', rejection: 'declined' });
    expect(await own(person)).toMatchObject({
      status: 'rejected',
      verification: { rejection: 'declined', rejection_reason: 'The picture is blurred.' },
    });
    const again = await submitted(person, { document_type: 'passport', files: [FRONT] });
    expect(again).not.toBe(id);
    expect((await own(person)).verification).toMatchObject({ id: again, status: 'submitted' });

    await decide(admin, again);
    await app.drained();
    const told = await person.client.get('/api/notifications/?ordering=created_at');
    expect(told.body.data.items).toMatchObject([
      { type: 'identity_rejected', title: 'Your identity papers were not accepted', data: {} },
      { type: 'identity_approved', title: 'It is verified who you are', data: {} },
    ]);
    const mails = await mailsTo(app, person.email);
    expect(mails.map(({ subject }) => subject)).toEqual([
      'Your identity papers were not accepted',
      'It is verified who you are',
    ]);
    // The reason may tell of a person's papers: it is read after a login only.
    expect(mails[0]?.text).not.toContain('blurred');
  });

  it('is decided once, by whoever of two administrators is first', async () => {
    const id = await submitted(await register(app));
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => decide(admin, id)),
      ...Array.from({ length: 4 }, () => decide(admin, id, { status: 'rejected', reason: 'No' })),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
  });

  it('ends when a file is not what it was said to be', async () => {
    const person = await register(app);
    const begun = await begin(person);
    const fake = Buffer.alloc(JPEG.byteLength, '<html>');
    await send(person, begun, { ...BYTES, front: fake });
    expect(await own(person)).toMatchObject({
      status: 'rejected',
      verification: {
        id: begun.id,
        rejection: 'file_rejected',
        rejection_reason: 'front: type_differs',
        files: [
          { side: 'front', status: 'rejected', rejection: 'type_differs' },
          { side: 'back', status: 'available', rejection: null },
        ],
      },
    });
    const shown = await admin.client.get(requestPath(begun.id));
    expect(shown.body.data.downloads.map((one: { side: string }) => one.side)).toEqual(['back']);
  });

  it('begins anew while files are awaited; the former attempt counts no more', async () => {
    const person = await register(app);
    const former = await begin(person);
    const answers = await Promise.all([person.client.post(PATH, LICENCE), person.client.post(PATH, LICENCE)]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    const open = await app.sql(
      `select id from identity_verifications where user_id = $1 and status = 'pending_upload'`,
      [person.userId],
    );
    expect(open).toHaveLength(1);
    await send(person, former);
    expect((await own(person)).status).toBe('pending_upload');
    const shown = await admin.client.get(requestPath(former.id));
    expect(shown.body.data).toMatchObject({ status: 'rejected', rejection: 'replaced' });
  });

  it('says what is wrong with an announcement', async () => {
    const person = await register(app);
    const post = async (fields: Record<string, unknown>) =>
      code(await person.client.post(PATH, { ...LICENCE, ...fields }));
    expect(await post({ files: [FRONT] })).toEqual([400, 'identity_sides']);
    expect(await post({ files: [FRONT, FRONT, BACK] })).toEqual([400, 'identity_sides']);
    expect(await post({ document_type: 'passport', files: [BACK] })).toEqual([400, 'identity_sides']);
    expect(await post({ document_expires_on: '2020-01-01' })).toEqual([400, 'document_expired']);
    expect(await post({ files: [FRONT, { ...BACK, content_type: 'text/html' }] })).toEqual([
      400,
      'file_type_not_allowed',
    ]);
    expect(await post({ files: [FRONT, { ...BACK, size_bytes: 11 * 1024 * 1024 }] })).toEqual([
      413,
      'file_too_large',
    ]);
    for (const fields of [
      { document_type: 'library_card' },
      { country: 'India' },
      { files: [] },
      { files: [FRONT, BACK, BACK, FRONT] },
      { files: [{ ...FRONT, side: 'top' }, BACK] },
      { document_expires_on: 'soon' },
    ]) {
      expect((await post(fields))[0]).toBe(400);
    }
    expect(await own(person)).toEqual({ status: 'unsubmitted', verification: null });
    expect(await app.sql('select from files where owner_id = $1', [person.userId])).toEqual([]);
    expect((await app.client().post(PATH, LICENCE)).status).toBe(401);
  });

  it('is looked through by administrators only, and not decided by oneself', async () => {
    const person = await register(app, 'patient', { first_name: 'Quirin', last_name: 'Searched' });
    const id = await submitted(person);
    for (const other of [person, doctor]) {
      expect(code(await other.client.get(`${PATH}requests/`))).toEqual([403, 'role_required']);
      expect(code(await other.client.get(requestPath(id)))).toEqual([403, 'role_required']);
      expect(code(await decide(other, id))).toEqual([403, 'role_required']);
    }
    expect(code(await admin.client.get(requestPath(newId())))).toEqual([
      404,
      'identity_verification_not_found',
    ]);
    expect(code(await decide(admin, newId()))).toEqual([404, 'identity_verification_not_found']);
    const second = await registerAdmin(app);
    const ofAdmin = await submitted(second);
    expect(code(await decide(second, ofAdmin))).toEqual([403, 'own_identity']);

    const list = await admin.client.get(`${PATH}requests/?status=submitted&search=quirin+sea`);
    expect(list.body.data).toMatchObject({
      total: 1,
      items: [
        { id, status: 'submitted', person: { id: person.userId, name: 'Quirin Searched' }, decided_by: null },
      ],
    });
    const none = await admin.client.get(`${PATH}requests/?status=expired`);
    expect(none.body.data.items).toEqual([]);
    const all = await admin.client.get(`${PATH}requests/?ordering=-submitted_at&page_size=2`);
    expect(all.body.data.items).toHaveLength(2);
    expect((await admin.client.get(`${PATH}requests/?status=unsubmitted`)).status).toBe(400);
    expect((await admin.client.get(`${PATH}requests/?search=%25_'"`)).body.data.items).toEqual([]);
  });

  it('is over when the document has run out', async () => {
    const person = await register(app);
    const id = await submitted(person);
    await decide(admin, id);
    await app.onSchedule('auth.expire-identities');
    expect((await own(person)).status).toBe('approved');
    await app.sql(`update identity_verifications set document_expires_on = current_date - 1 where id = $1`, [
      id,
    ]);
    await app.onSchedule('auth.expire-identities');
    expect(await own(person)).toMatchObject({ status: 'expired', verification: { id, status: 'expired' } });
    await submitted(person);
  });

  it('keeps the papers for thirty days after the decision', async () => {
    const person = await register(app);
    const id = await submitted(person);
    await decide(admin, id);
    const links = async () => (await admin.client.get(requestPath(id))).body.data.downloads;
    await app.onSchedule('auth.discard-papers');
    const kept = await links();
    expect(kept).toHaveLength(2);
    await app.sql(`update identity_verifications set decided_at = now() - interval '31 days' where id = $1`, [
      id,
    ]);
    await app.onSchedule('auth.discard-papers');
    expect(await links()).toEqual([]);
    expect((await fetch(kept[0].url)).status).toBe(404);
    expect((await own(person)).status).toBe('approved');
  });

  it('goes with the account', async () => {
    const person = await register(app);
    const id = await submitted(person);
    const [shown] = (await admin.client.get(requestPath(id))).body.data.downloads;
    expect((await person.client.request('DELETE', '/api/auth/profile/')).status).toBe(200);
    await app.drained();
    expect((await admin.client.get(requestPath(id))).status).toBe(404);
    expect((await fetch(shown.url)).status).toBe(404);
    expect(await app.sql('select from files where owner_id = $1', [person.userId])).toEqual([]);
  });
});
