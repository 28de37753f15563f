import { after, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { AppointmentsService } from '#appointments';
import { newId, systemActor } from '#kernel';
import { BulkNotificationsService, NotificationsService } from '#notifications';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { book, cast, type DoctorPerson, type Person, register, registerAdmin } from '../../support/people.ts';

const WORDS = { title: 'Opening hours', body: 'We are closed on Friday.\nSee you on Monday.' };

describe('notifications of administrators', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    app = await startTestApp();
    ({ admin, doctor, patient } = await cast(app));
    await app.drained();
  });
  after(() => app.close());

  const post = (path: string, body: unknown, person = admin) =>
    person.client.post(`/api/notifications/${path}`, body);
  const listOf = async (person: Person) => (await person.client.get('/api/notifications/')).body.data.items;
  const audited = async (action: string, resourceId: string) =>
    (await admin.client.get(`/api/audit/logs/?action=${action}&search=${resourceId}`)).body.data.items;
  const deliveries = async (query: string) =>
    (await admin.client.get(`/api/notifications/deliveries/${query}`)).body.data;

  it('are for administrators alone', async () => {
    const paths = ['', 'send/', 'send-bulk/', `bulk/${newId()}/cancel/`, `deliveries/${newId()}/retry/`];
    for (const path of paths) {
      expect((await app.client().post(`/api/notifications/${path}`, {})).status).toBe(401);
      for (const person of [patient, doctor]) expect((await post(path, {}, person)).status).toBe(403);
    }
    for (const path of ['stats/', 'deliveries/', `bulk/${newId()}/`]) {
      expect((await app.client().get(`/api/notifications/${path}`)).status).toBe(401);
      for (const person of [patient, doctor]) {
        expect((await person.client.get(`/api/notifications/${path}`)).status).toBe(403);
      }
    }
  });

  describe('to one person', () => {
    it('appear in the app, and are sent when they should be', async () => {
      const person = await register(app);
      const created = await post('', { user_id: person.userId, ...WORDS });
      expect(created.status).toBe(201);
      expect(created.body).toEqual({
        status: 'success',
        message: 'Created.',
        data: {
          id: expect.any(String),
          type: 'announcement',
          ...WORDS,
          data: {},
          read: false,
          read_at: null,
          created_at: expect.any(String),
          updated_at: expect.any(String),
        },
      });
      const sent = await post('send/', { user_id: person.userId, ...WORDS });
      expect(sent.status).toBe(201);
      await app.drained();
      expect(await listOf(person)).toEqual([sent.body.data, created.body.data]);
      const mails = await mailsTo(app, person.email);
      expect(mails).toHaveLength(1);
      expect(mails[0]).toMatchObject({
        subject: WORDS.title,
        text: `Hello Paul,\n\n${WORDS.body}\n\nTelevisit\n\nNobody reads replies to this mail.\n`,
      });
      expect(await audited('notification.send', sent.body.data.id)).toEqual([
        expect.objectContaining({ actor_id: admin.userId, resource: 'notification', reason: null }),
      ]);
    });

    it('are sent once with an idempotency key', async () => {
      const person = await register(app);
      const keyed = admin.client.with({ 'idempotency-key': newId() });
      const body = { user_id: person.userId, ...WORDS };
      const answers = await Promise.all([1, 2, 3].map(() => keyed.post('/api/notifications/send/', body)));
      expect(new Set(answers.map((answer) => answer.body.data.id)).size).toBe(1);
      expect(await listOf(person)).toHaveLength(1);
      const other = await keyed.post('/api/notifications/send/', { ...body, title: 'Another' });
      expect(other.body.details.code).toBe('idempotency_key_reused');
    });

    it('are refused when they are not plain, short text to somebody', async () => {
      const user_id = patient.userId;
      for (const body of [
        {},
        { user_id, ...WORDS, title: ' ' },
        { user_id, ...WORDS, title: 'x'.repeat(121) },
        { user_id, ...WORDS, title: 'two\nlines' },
        { user_id, ...WORDS, body: 'x'.repeat(1001) },
        { user_id, ...WORDS, body: '<b>bold</b>' },
        { user_id, ...WORDS, body: 'a <script>' },
        { user_id, ...WORDS, body: 'bell \u0007' },
        { user_id, ...WORDS, channels: ['pigeon'] },
        { user_id: 'nonsense', ...WORDS },
      ]) {
        expect((await post('send/', body)).body.details.code).toBe('validation_failed');
      }
      expect((await post('send/', { user_id, ...WORDS, body: '1 < 2 and 3 > 2' })).status).toBe(201);
      const gone = await register(app);
      await app.sql(`update users set status = 'disabled' where id = $1`, [gone.userId]);
      for (const nobody of [newId(), gone.userId]) {
        const answer = await post('', { user_id: nobody, ...WORDS });
        expect([answer.status, answer.body.details.code]).toEqual([404, 'user_not_found']);
      }
    });
  });

  describe('to many people', () => {
    const bulkOf = async (id: string) => (await admin.client.get(`/api/notifications/bulk/${id}/`)).body.data;
    const toldBy = (id: string) =>
      app.sql<{ user_id: string }>('select user_id from notifications where bulk_id = $1', [id]);

    it('tell those who are listed, and show how far they are', async () => {
      const people = [await register(app), await register(app), await register(app)];
      const answer = await post('send-bulk/', {
        ...WORDS,
        user_ids: [...people, people[0]!].map(({ userId }) => userId),
        channels: ['email'],
      });
      expect(answer.status).toBe(202);
      expect(answer.body.data).toEqual({
        id: expect.any(String),
        state: 'queued',
        ...WORDS,
        channels: ['email'],
        author_id: admin.userId,
        total: 0,
        queued: 0,
        sent: 0,
        failed: 0,
        cancelled: 0,
        deliveries: { total: 0, queued: 0, sent: 0, failed: 0 },
        created_at: expect.any(String),
        updated_at: expect.any(String),
      });
      await app.drained();
      const { id } = answer.body.data;
      expect(await bulkOf(id)).toMatchObject({
        state: 'completed',
        total: 3,
        queued: 0,
        sent: 3,
        failed: 0,
        deliveries: { total: 3, queued: 0, sent: 3, failed: 0 },
      });
      for (const person of people) {
        expect(await listOf(person)).toEqual([expect.objectContaining({ type: 'announcement', ...WORDS })]);
        expect(await mailsTo(app, person.email)).toHaveLength(1);
      }
      expect(await audited('notification.send_bulk', id)).toHaveLength(1);
      const cancelled = await post(`bulk/${id}/cancel/`, undefined);
      expect([cancelled.status, cancelled.body.details.code]).toEqual([409, 'bulk_is_completed']);
    });

    it('tell those who fit all of a filter, with an active account', async () => {
      const hindi = [
        await register(app, 'patient', { language: 'hi' }),
        await register(app, 'patient', { language: 'hi' }),
      ];
      const visitor = hindi[1]!;
      await register(app, 'doctor', { language: 'hi' });
      const disabled = await register(app, 'patient', { language: 'hi' });
      await app.sql(`update users set status = 'disabled' where id = $1`, [disabled.userId]);
      const visit = await book(visitor, doctor.doctorId, 100);
      await app.nest.get(AppointmentsService).confirm(systemActor('test'), visit.id);
      const held = await register(app, 'patient');
      await book(held, doctor.doctorId, 101);
      const told = async (filter: object) => {
        const answer = await post('send-bulk/', { ...WORDS, filter, channels: [] });
        expect(answer.status).toBe(202);
        await app.drained();
        return (await toldBy(answer.body.data.id)).map((row) => row.user_id).toSorted();
      };
      expect(await told({ role: 'patient', language: 'hi' })).toEqual(
        hindi.map(({ userId }) => userId).toSorted(),
      );
      expect(await told({ doctor_id: doctor.doctorId })).toEqual([visitor.userId]);
      expect(await told({ doctor_id: doctor.doctorId, language: 'fr' })).toEqual([]);
    });

    it('are refused without clear people', async () => {
      const user_ids = [patient.userId];
      for (const body of [
        WORDS,
        { ...WORDS, filter: {} },
        { ...WORDS, user_ids: [] },
        { ...WORDS, user_ids, filter: { role: 'patient' } },
        { ...WORDS, filter: { role: 'king' } },
        { ...WORDS, user_ids: Array.from({ length: 1001 }, newId) },
      ]) {
        expect((await post('send-bulk/', body)).body.details.code).toBe('validation_failed');
      }
      const unknown = newId();
      const answer = await post('send-bulk/', { ...WORDS, user_ids: [...user_ids, unknown] });
      expect(answer.body.details).toEqual({ code: 'recipients_not_found', user_ids: [unknown] });
      for (const path of [`bulk/${newId()}/`]) {
        const missing = await admin.client.get(`/api/notifications/${path}`);
        expect([missing.status, missing.body.details.code]).toEqual([404, 'bulk_not_found']);
      }
    });

    it('tell each person once, also when the work is cut off and begun again', async () => {
      const people = await Promise.all(Array.from({ length: 12 }, () => register(app)));
      const service = app.nest.get(NotificationsService);
      const notify = service.notify.bind(service);
      let calls = 0;
      const broken = mock.method(service, 'notify', async (...args: Parameters<typeof notify>) => {
        calls += 1;
        const told = await notify(...args);
        // The process dies after the notification was written and before it was crossed off.
        if (calls % 4 === 0) throw new Error('cut off');
        return told;
      });
      const answer = await post('send-bulk/', { ...WORDS, user_ids: people.map(({ userId }) => userId) });
      const { id } = answer.body.data;
      const bulks = app.nest.get(BulkNotificationsService);
      for (let round = 0; round < 6; round += 1) await bulks.advance(id).catch(() => {});
      broken.mock.restore();
      // Two at once, as after a heartbeat that came too late.
      await Promise.all([bulks.advance(id), bulks.advance(id), bulks.advance(id)]);
      await app.sql(`update pgboss.job set start_after = now() where name = 'notifications.send-bulk'`);
      await app.drained();
      expect(await bulkOf(id)).toMatchObject({ state: 'completed', total: 12, sent: 12, queued: 0 });
      expect((await toldBy(id)).map((row) => row.user_id).toSorted()).toEqual(
        people.map(({ userId }) => userId).toSorted(),
      );
      for (const { email } of people) expect(await mailsTo(app, email)).toHaveLength(1);
    });

    it('tell nobody further once they are cancelled', async () => {
      const people = await Promise.all(Array.from({ length: 6 }, () => register(app)));
      const service = app.nest.get(NotificationsService);
      const notify = service.notify.bind(service);
      const { promise: halfway, resolve: reached } = Promise.withResolvers<void>();
      const { promise: goOn, resolve: release } = Promise.withResolvers<void>();
      let calls = 0;
      const paused = mock.method(service, 'notify', async (...args: Parameters<typeof notify>) => {
        calls += 1;
        if (calls === 3) {
          reached();
          await goOn;
        }
        return notify(...args);
      });
      const answer = await post('send-bulk/', { ...WORDS, user_ids: people.map(({ userId }) => userId) });
      const { id } = answer.body.data;
      await halfway;
      const cancelling = post(`bulk/${id}/cancel/`, undefined);
      release();
      expect((await cancelling).status).toBe(200);
      await app.drained();
      paused.mock.restore();
      const bulk = await bulkOf(id);
      expect(bulk.state).toBe('cancelled');
      expect(bulk.sent + bulk.cancelled).toBe(6);
      expect(bulk.queued).toBe(0);
      expect(bulk.sent).toBeGreaterThanOrEqual(2);
      expect(await toldBy(id)).toHaveLength(bulk.sent);
      expect(await audited('notification.cancel_bulk', id)).toHaveLength(1);
    });
  });

  describe('deliveries', () => {
    it('are listed, filtered, and tried again when they were given up', async () => {
      const person = await register(app);
      const { body } = await post('send/', { user_id: person.userId, ...WORDS });
      await app.drained();
      const mine = `?user_id=${person.userId}`;
      const [delivery] = (await deliveries(mine)).items;
      expect(delivery).toEqual({
        id: expect.any(String),
        notification_id: body.data.id,
        user_id: person.userId,
        type: 'announcement',
        channel: 'email',
        recipient: person.email,
        status: 'sent',
        attempts: 1,
        due_at: expect.any(String),
        sent_at: expect.any(String),
        failure: null,
        created_at: expect.any(String),
        updated_at: expect.any(String),
      });
      const retry = () => post(`deliveries/${delivery.id}/retry/`, undefined);
      const refused = await retry();
      expect([refused.status, refused.body.details.code]).toEqual([409, 'delivery_is_sent']);

      await app.sql(
        `update notification_deliveries set status = 'failed', failure = 'ECONNECTION', attempts = 8, sent_at = null where id = $1`,
        [delivery.id],
      );
      expect((await deliveries(`${mine}&status=failed&channel=email&type=announcement`)).total).toBe(1);
      expect((await deliveries(`${mine}&status=sent`)).total).toBe(0);
      expect((await deliveries(`${mine}&channel=sms`)).total).toBe(0);
      const [first, second] = await Promise.all([retry(), retry()]);
      expect([first.status, second.status].toSorted((a, b) => a - b)).toEqual([200, 409]);
      await app.drained();
      expect((await deliveries(mine)).items).toEqual([
        {
          ...delivery,
          due_at: expect.any(String),
          sent_at: expect.any(String),
          updated_at: expect.any(String),
        },
      ]);
      expect(await mailsTo(app, person.email)).toHaveLength(2);
      expect(await audited('notification.retry_delivery', delivery.id)).toHaveLength(1);
      const missing = await post(`deliveries/${newId()}/retry/`, undefined);
      expect([missing.status, missing.body.details.code]).toEqual([404, 'delivery_not_found']);
      expect((await admin.client.get('/api/notifications/deliveries/?status=lost')).status).toBe(400);
    });
  });

  describe('statistics', () => {
    it('count by type, channel and time, with rates', async () => {
      const fresh = await startTestApp();
      try {
        const boss = await registerAdmin(fresh);
        const [one, other] = [await register(fresh), await register(fresh)];
        const stats = async (query = '') =>
          (await boss.client.get(`/api/notifications/stats/${query}`)).body.data;
        const nothing = {
          notifications: { total: 0, read: 0, read_rate: null },
          deliveries: { total: 0, sent: 0, failed: 0, open: 0, delivery_rate: null },
          by_type: [],
          by_channel: [],
          by_interval: [],
          failures: [],
        };
        expect(await stats()).toEqual(nothing);
        for (const person of [one, other, other]) {
          await boss.client.post('/api/notifications/send/', { user_id: person.userId, ...WORDS });
        }
        await boss.client.post('/api/notifications/', { user_id: one.userId, ...WORDS });
        await fresh.drained();
        await other.client.post('/api/notifications/mark-all-read/');
        const [failed] = await fresh.sql<{ id: string }>(
          `update notification_deliveries set status = 'failed', failure = 'EENVELOPE 550'
           where id = (select id from notification_deliveries limit 1) returning id`,
        );
        expect(failed).toBeDefined();
        const told = { total: 4, read: 2, read_rate: 0.5 };
        const out = { total: 3, sent: 2, failed: 1, open: 0, delivery_rate: 0.6667 };
        const today = `${Temporal.Now.plainDateISO('UTC').toString()}T00:00:00.000Z`;
        const all = {
          notifications: told,
          deliveries: out,
          by_type: [{ type: 'announcement', ...told }],
          by_channel: [{ channel: 'email', ...out }],
          by_interval: [{ start: today, notifications: told, deliveries: out }],
          failures: [{ channel: 'email', failure: 'EENVELOPE 550', count: 1 }],
        };
        expect(await stats()).toEqual(all);
        expect(await stats('?type=announcement&channel=email&interval=day')).toEqual(all);
        expect((await stats('?interval=month')).by_interval[0].start).toBe(
          `${today.slice(0, 8)}01T00:00:00.000Z`,
        );
        expect((await stats('?channel=sms')).deliveries.total).toBe(0);
        expect(await stats('?type=refund_made')).toEqual(nothing);
        expect(await stats('?to=2020-01-01T00:00:00Z')).toEqual(nothing);
        expect((await boss.client.get('/api/notifications/stats/?interval=year')).status).toBe(400);
      } finally {
        await fresh.close();
      }
    });
  });

  it('leave alone what came after an instant when everything is marked as read', async () => {
    const person = await register(app);
    const first = (await post('', { user_id: person.userId, ...WORDS })).body.data;
    const second = (await post('', { user_id: person.userId, ...WORDS })).body.data;
    await app.sql(`update notifications set created_at = created_at + interval '1 hour' where id = $1`, [
      second.id,
    ]);
    const marked = await person.client.post('/api/notifications/mark-all-read/', {
      before: Temporal.Instant.from(first.created_at).add({ minutes: 1 }).toString(),
    });
    expect(marked.body.data).toEqual({ marked: 1 });
    expect((await person.client.get('/api/notifications/unread/')).body.data).toMatchObject({
      total: 1,
      items: [{ id: second.id }],
    });
    const wrong = await person.client.post('/api/notifications/mark-all-read/', { before: 'yesterday' });
    expect(wrong.status).toBe(400);
  });
});
