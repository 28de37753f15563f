import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { type AnnouncedFile, FilesService, type UploadTicket } from '#files';
import { newId, type UserActor } from '#kernel';
import { Database, ObjectStorage } from '#platform';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { type Person, register } from '../../support/people.ts';
import { JPEG, PDF, PNG, putBytes } from '../../support/uploading.ts';

describe('files', () => {
  let app: TestApp;
  let files: FilesService;
  let owner: Person;
  let actor: UserActor;

  before(async () => {
    app = await startTestApp();
    files = app.nest.get(FilesService);
    owner = await register(app);
    actor = { userId: owner.userId, roles: ['patient'], requestId: newId() };
  });
  after(() => app.close());

  const open = (file: Partial<AnnouncedFile> = {}) =>
    files.open(actor, { purpose: 'chart', contentType: 'application/pdf', sizeBytes: PDF.length, ...file });

  async function uploaded(bytes: Uint8Array, file: Partial<AnnouncedFile> = {}): Promise<UploadTicket> {
    const ticket = await open({ sizeBytes: bytes.length, ...file });
    expect(await putBytes(ticket, bytes)).toBe(200);
    return ticket;
  }

  const complete = (ticket: UploadTicket) => owner.client.post(`/api/files/${ticket.fileId}/complete/`);
  const state = async ({ fileId }: UploadTicket) =>
    (await owner.client.get(`/api/files/${fileId}/`)).body.data;

  it('are uploaded, checked and fetched', async () => {
    for (const [bytes, contentType, name] of [
      [PDF, 'application/pdf', 'report.pdf'],
      [PNG, 'image/png', 'report.png'],
      [JPEG, 'image/jpeg', 'report.jpg'],
    ] as const) {
      const ticket = await uploaded(bytes, { contentType });
      const answer = await complete(ticket);
      expect(answer.status).toBe(202);
      await app.drained();
      expect(await state(ticket)).toEqual({
        id: ticket.fileId,
        purpose: 'chart',
        status: 'available',
        rejection: null,
        content_type: contentType,
        size_bytes: bytes.length,
        created_at: expect.any(String),
        updated_at: expect.any(String),
      });
      const { url } = await files.link(ticket.fileId, 'report');
      const fetched = await fetch(url);
      expect(fetched.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
      expect(Buffer.from(await fetched.arrayBuffer())).toEqual(Buffer.from(bytes));
    }
  });

  it('that two make at once are what the first of them made, and nothing is left of the other', async () => {
    const id = await files.reserve({
      ownerId: owner.userId,
      purpose: 'chart',
      contentType: 'application/pdf',
    });
    const both = Promise.withResolvers<void>();
    let making = 0;
    const make = async (content: string) => {
      if (++making === 2) both.resolve();
      await both.promise;
      return Buffer.from(content);
    };
    await Promise.all([files.fill(id, () => make('one')), files.fill(id, () => make('two'))]);
    const { url } = await files.link(id, 'paper');
    const content = Buffer.from(await (await fetch(url)).arrayBuffer());
    const { sha256, sizeBytes } = await app.nest
      .get(Database)
      .query.selectFrom('files')
      .select(['sha256', 'sizeBytes'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect([sizeBytes, sha256]).toEqual([3, createHash('sha256').update(content).digest()]);
    const storage = app.nest.get(ObjectStorage);
    const kept = ['one', 'two'].map((made) => createHash('sha256').update(made).digest('hex'));
    const there = await Promise.all(kept.map((hash) => storage.exists(`files/${id}/${hash}`)));
    expect(there.filter(Boolean)).toHaveLength(1);
  });

  it('of other types, or too large, are not taken', async () => {
    await expect(open({ contentType: 'text/html' })).rejects.toMatchObject({ code: 'file_type_not_allowed' });
    await expect(open({ purpose: 'identity', contentType: 'application/dicom' })).rejects.toMatchObject({
      code: 'file_type_not_allowed',
    });
    await expect(open({ sizeBytes: 20 * 1024 * 1024 + 1 })).rejects.toMatchObject({ code: 'file_too_large' });
  });

  it('are refused by the storage when type or length are not as announced', async () => {
    const ticket = await open({ sizeBytes: 10 });
    expect(await putBytes(ticket, Buffer.alloc(11))).toBe(403);
    expect(await putBytes({ ...ticket, headers: { 'Content-Type': 'text/html' } }, Buffer.alloc(10))).toBe(
      403,
    );
    const answer = await complete(ticket);
    expect(answer.status).toBe(409);
    expect(answer.body.details.code).toBe('file_not_uploaded');
  });

  it('that are not what they were announced to be are rejected, and cannot be fetched', async () => {
    const page = Buffer.from('<!doctype html><script>alert(1)</script>');
    const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]);
    for (const bytes of [page, program, PNG]) {
      const ticket = await uploaded(bytes);
      await complete(ticket);
      await app.drained();
      expect(await state(ticket)).toMatchObject({ status: 'rejected', rejection: 'type_differs' });
      await expect(files.link(ticket.fileId, 'x')).rejects.toMatchObject({ code: 'file_not_available' });
    }
  });

  it('cannot be changed through their upload link after the check', async () => {
    const ticket = await uploaded(PDF);
    await complete(ticket);
    await app.drained();
    const other = Buffer.from(PDF);
    other[other.length - 2] = 0x20;
    await putBytes(ticket, other);
    const { url } = await files.link(ticket.fileId, 'report');
    expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(PDF);
    expect((await complete(ticket)).body.data.status).toBe('available');
    const again = await owner.client.post(`/api/files/${ticket.fileId}/ticket/`);
    expect(again.body.details.code).toBe('upload_is_over');
  });

  it('are checked once, however often and at once their owner says that they are there', async () => {
    const ticket = await uploaded(PDF);
    const answers = await Promise.all(Array.from({ length: 8 }, () => complete(ticket)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await app.drained();
    const checks = await app.sql(
      `select 1 from pgboss.job where name = 'files.check' and data->>'fileId' = $1`,
      [ticket.fileId],
    );
    expect(checks).toHaveLength(1);
    expect(await state(ticket)).toMatchObject({ status: 'available' });
  });

  it('are known to their owner only', async () => {
    const ticket = await uploaded(PDF);
    const stranger = await register(app);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', 'ticket/'],
      ['POST', 'complete/'],
    ] as const) {
      const answer = await stranger.client.request(method, `/api/files/${ticket.fileId}/${path}`);
      expect(answer.status).toBe(404);
      expect(answer.body.details.code).toBe('file_not_found');
      expect((await app.client().request(method, `/api/files/${ticket.fileId}/${path}`)).status).toBe(401);
    }
  });

  it('whose client never said that it was done are checked after a day, or given up', async () => {
    const [came, never] = [await uploaded(PDF), await open()];
    const fresh = await open();
    await app.sql(`update files set created_at = created_at - interval '25 hours' where id = any($1)`, [
      [came.fileId, never.fileId],
    ]);
    await app.onSchedule('files.abandoned-uploads');
    expect(await state(came)).toMatchObject({ status: 'available' });
    expect(await state(never)).toMatchObject({ status: 'rejected', rejection: 'never_uploaded' });
    expect(await state(fresh)).toMatchObject({ status: 'pending_upload' });
  });

  it('leave a trail when their bytes are taken away', async () => {
    const ticket = await uploaded(PDF);
    await complete(ticket);
    await app.drained();
    const { url } = await files.link(ticket.fileId, 'report');
    await files.discard(ticket.fileId);
    await files.discard(ticket.fileId);
    expect((await fetch(url)).status).toBe(404);
    await expect(files.link(ticket.fileId, 'x')).rejects.toMatchObject({ code: 'file_not_available' });
    const row = await app.nest
      .get(Database)
      .query.selectFrom('files')
      .select(['status', 'sha256', 'discardedAt'])
      .where('id', '=', ticket.fileId)
      .executeTakeFirstOrThrow();
    expect(row.sha256).toHaveLength(32);
    expect(row.discardedAt).not.toBeNull();
  });
});
