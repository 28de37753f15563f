import { after, afterEach, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { AppointmentsService } from '#appointments';
import { Clock, systemActor } from '#kernel';
import { type Notice, NotificationsService } from '#notifications';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo, smsTo } from '../../support/mailbox.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { type PushService, pushEnvironment, startPushService } from '../../support/push-service.ts';

const PREFERENCES = '/api/notifications/preferences/';
const SUBSCRIPTIONS = '/api/notifications/push/subscriptions/';

describe('the ways out of the app', () => {
  let app: TestApp;
  let push: PushService;
  let environment: Record<string, string>;
  let admin: Person;
  let doctor: DoctorPerson;
  let phones = 0;
  let slot = 100;

  before(async () => {
    push = await startPushService();
    environment = pushEnvironment(push);
    app = await startTestApp(environment);
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin);
    await app.drained();
  });
  after(async () => {
    await app.close();
    await push.close();
  });
  afterEach(() => mock.restoreAll());

  /** A patient with a phone whose number is verified. */
  const withPhone = async (fields: Record<string, unknown> = {}) => {
    phones += 1;
    const phone = `+3360000${String(phones).padStart(4, '0')}`;
    const person = await register(app, 'patient', fields);
    await app.sql('update users set phone = $2, phone_verified_at = now() where id = $1', [
      person.userId,
      phone,
    ]);
    return { ...person, phone };
  };
  const send = async (person: Person, fields: object = {}) => {
    const answer = await admin.client.post('/api/notifications/send/', {
      user_id: person.userId,
      title: 'Opening hours',
      body: 'We are closed on Friday.',
      channels: ['email', 'sms', 'push'],
      ...fields,
    });
    expect(answer.status).toBe(201);
    await app.drained();
    return answer.body.data;
  };
  const confirmedVisit = async (patient: Person) => {
    slot += 1;
    const visit = await book(patient, doctor.doctorId, slot);
    await app.nest.get(AppointmentsService).confirm(systemActor('test'), visit.id);
    await app.drained();
    return visit;
  };
  const deliveriesOf = async (person: Person, query = '') =>
    (await admin.client.get(`/api/notifications/deliveries/?user_id=${person.userId}${query}`)).body.data
      .items;
  const pushedTo = (endpoint: string) =>
    push.received.filter(({ subscription }) => endpoint.endsWith(subscription));
  const at = (instant: string) =>
    mock.method(app.nest.get(Clock), 'now', () => Temporal.Instant.from(instant));

  describe('text messages', () => {
    it('go to a verified number only, where they are usual or wanted', async () => {
      const patient = await withPhone();
      await confirmedVisit(patient);
      // A confirmation is mailed, and pushed; by text message only on request.
      expect(await smsTo(app, patient.phone)).toEqual([]);
      const wanted = await patient.client.patch(PREFERENCES, { groups: { appointments: { sms: true } } });
      expect(wanted.status).toBe(200);
      await confirmedVisit(patient);
      expect(await smsTo(app, patient.phone)).toEqual([
        expect.stringMatching(
          /^Televisit: your video visit is confirmed for \w{3} \d+ \w+, \d\d:\d\d\. http:.*\/visit\/[0-9a-f-]{36}$/,
        ),
      ]);

      const unverified = await withPhone();
      await app.sql('update users set phone_verified_at = null where id = $1', [unverified.userId]);
      await send(unverified);
      expect(await smsTo(app, unverified.phone)).toEqual([]);
      expect((await deliveriesOf(unverified)).map((item: { channel: string }) => item.channel)).toEqual([
        'email',
      ]);
    });

    it('are given up when the number is refused for good', async () => {
      const patient = await withPhone();
      await app.sql('update users set phone = $2 where id = $1', [patient.userId, '+15005550009']);
      await send(patient, { channels: ['sms'] });
      expect(await deliveriesOf(patient)).toEqual([
        expect.objectContaining({ channel: 'sms', status: 'failed', failure: '21614', attempts: 1 }),
      ]);
    });
  });

  describe('web push', () => {
    it('tells its key, and sends encrypted and signed messages', async () => {
      const patient = await register(app);
      expect((await patient.client.get('/api/notifications/push/key/')).body.data).toEqual({
        public_key: environment['WEB_PUSH_PUBLIC_KEY'],
      });
      const [phone, laptop] = [push.subscribe(), push.subscribe()];
      const subscribed = await patient.client.post(SUBSCRIPTIONS, { ...phone, expirationTime: null });
      expect(subscribed.status).toBe(201);
      expect(subscribed.body.data).toEqual({ id: expect.any(String) });
      // Again: the same subscription.
      expect((await patient.client.post(SUBSCRIPTIONS, phone)).body.data).toEqual(subscribed.body.data);
      await patient.client.post(SUBSCRIPTIONS, laptop);
      const notification = await send(patient);
      expect(push.problems).toEqual([]);
      for (const { endpoint } of [phone, laptop]) {
        expect(pushedTo(endpoint)).toEqual([
          {
            subscription: new URL(endpoint).pathname,
            headers: expect.objectContaining({
              ttl: '86400',
              urgency: 'normal',
              'content-encoding': 'aes128gcm',
            }),
            key: environment['WEB_PUSH_PUBLIC_KEY'],
            claims: expect.objectContaining({ aud: push.origin, sub: 'mailto:no-reply@televisit.test' }),
            payload: {
              id: notification.id,
              type: 'announcement',
              title: 'Opening hours',
              body: 'Opening hours: We are closed on Friday.',
              url: null,
            },
          },
        ]);
      }
    });

    it('calls for the doctor urgently, also in quiet hours', async () => {
      const patient = await withPhone();
      const browser = push.subscribe();
      await patient.client.post(SUBSCRIPTIONS, browser);
      await patient.client.patch(PREFERENCES, {
        groups: { appointments: { push: false } },
        quiet_hours: { from: '00:00', until: '23:59' },
      });
      const { id } = await confirmedVisit(patient);
      await doctor.client.post(`/api/appointments/${id}/start/`);
      await app.drained();
      expect(pushedTo(browser.endpoint)).toEqual([
        expect.objectContaining({
          headers: expect.objectContaining({ ttl: '600', urgency: 'high' }),
          payload: expect.objectContaining({
            type: 'appointment_started',
            title: 'The doctor is here',
            body: 'Televisit: your doctor is waiting for you.',
            url: expect.stringMatching(/\/visit\//),
          }),
        }),
      ]);
      expect(await smsTo(app, patient.phone)).toEqual([
        expect.stringMatching(/^Televisit: your doctor is waiting for you\. http/),
      ]);
    });

    it('forgets a browser that has ended its subscription', async () => {
      const patient = await register(app);
      const browser = push.subscribe();
      await patient.client.post(SUBSCRIPTIONS, browser);
      push.answers.push(410);
      await send(patient, { channels: ['push'] });
      expect(await deliveriesOf(patient)).toEqual([
        expect.objectContaining({ status: 'failed', failure: 'subscription_ended' }),
      ]);
      expect(await app.sql('select id from push_subscriptions where user_id = $1', [patient.userId])).toEqual(
        [],
      );
      await send(patient, { channels: ['push'] });
      expect(await deliveriesOf(patient)).toHaveLength(1);
    });

    it('tries again what the push service could not do, and not what it refused', async () => {
      const patient = await register(app);
      const browser = push.subscribe();
      await patient.client.post(SUBSCRIPTIONS, browser);
      push.answers.push(503);
      await send(patient, { channels: ['push'] });
      expect(await deliveriesOf(patient)).toEqual([
        expect.objectContaining({ status: 'retrying', failure: '503', attempts: 1, sent_at: null }),
      ]);
      await app.sql(`update pgboss.job set start_after = now() where name = 'notifications.deliver'`);
      await app.drained();
      expect(pushedTo(browser.endpoint)).toHaveLength(1);
      expect(await deliveriesOf(patient)).toEqual([
        expect.objectContaining({ status: 'sent', failure: null, attempts: 2, sent_at: expect.any(String) }),
      ]);
      push.answers.push(413);
      await send(patient, { channels: ['push'] });
      expect((await deliveriesOf(patient, '&status=failed'))[0]).toMatchObject({
        failure: '413',
        attempts: 1,
      });
    });

    it('gives a shared browser to who subscribed last, and keeps ten of each person', async () => {
      const [one, other] = [await register(app), await register(app)];
      const shared = push.subscribe();
      await one.client.post(SUBSCRIPTIONS, shared);
      await other.client.post(SUBSCRIPTIONS, shared);
      await send(one, { channels: ['push'] });
      expect(pushedTo(shared.endpoint)).toEqual([]);
      const unsubscribe = (person: Person) =>
        person.client.request('DELETE', SUBSCRIPTIONS, { endpoint: shared.endpoint });
      expect((await unsubscribe(one)).body.details.code).toBe('push_subscription_not_found');
      expect((await unsubscribe(other)).status).toBe(200);
      expect((await unsubscribe(other)).status).toBe(404);
      for (let count = 0; count < 12; count += 1) await one.client.post(SUBSCRIPTIONS, push.subscribe());
      expect(
        await app.sql('select count(*)::int from push_subscriptions where user_id = $1', [one.userId]),
      ).toEqual([{ count: 10 }]);
    });

    it('connects to nothing but the public internet, and takes only keys that it can encrypt for', async () => {
      const patient = await register(app);
      const { keys } = push.subscribe();
      for (const endpoint of [
        'http://push.example.com/x',
        'https://localhost/x',
        'https://127.0.0.1/x',
        'https://[::1]/x',
        'https://[::ffff:10.0.0.1]/x',
        'https://0x7f.1/x',
        'https://2130706433/x',
        'https://169.254.169.254/latest/meta-data/',
        'https://10.0.0.1/x',
        'https://metadata/x',
        'https://user:password@push.example.com/x',
        'https://push.example.com:8443/x',
      ]) {
        const answer = await patient.client.post(SUBSCRIPTIONS, { endpoint, keys });
        expect([endpoint, answer.status, answer.body.details.code]).toEqual([
          endpoint,
          400,
          'push_endpoint_refused',
        ]);
      }
      const { endpoint } = push.subscribe();
      for (const wrong of [
        { ...keys, auth: 'AAAA' },
        { ...keys, p256dh: 'AAAA' },
        { ...keys, p256dh: Buffer.alloc(65, 4).toString('base64url') },
      ]) {
        const answer = await patient.client.post(SUBSCRIPTIONS, { endpoint, keys: wrong });
        expect([answer.status, answer.body.details.code]).toEqual([400, 'push_keys_invalid']);
      }
      for (const body of [
        {},
        { endpoint: 'nonsense', keys },
        { endpoint, keys: {} },
        { endpoint: 'ftp://x/', keys },
      ]) {
        expect((await patient.client.post(SUBSCRIPTIONS, body)).body.details.code).toBe('validation_failed');
      }
      expect((await app.client().post(SUBSCRIPTIONS, push.subscribe())).status).toBe(401);
    });
  });

  describe('preferences', () => {
    const USUAL = {
      groups: {
        appointments: { email: true, sms: false, push: true },
        reminders: { email: true, sms: true, push: true },
        visit_calls: { sms: true, push: true },
        payments: { email: true, sms: false, push: true },
        records: { email: true, sms: false, push: true },
        practice: { email: true, sms: false, push: true },
        chart_access: { email: true, sms: false, push: true },
        account: { email: true, sms: false, push: true },
        operations: { email: true, push: true },
        announcements: { email: true, sms: true, push: true },
      },
      always_on: [
        { group: 'payments', channel: 'email' },
        { group: 'chart_access', channel: 'email' },
      ],
      quiet_hours: null,
      time_zone: 'Asia/Kolkata',
      language: 'hi',
    };

    it('are the usual until they are changed, piece by piece', async () => {
      const patient = await register(app, 'patient', { time_zone: 'Asia/Kolkata', language: 'hi' });
      expect((await patient.client.get(PREFERENCES)).body).toEqual({
        status: 'success',
        message: 'OK',
        data: USUAL,
      });
      const quiet_hours = { from: '22:00', until: '07:00' };
      const changed = await patient.client.put(PREFERENCES, {
        groups: { records: { push: false }, announcements: { email: false, sms: false } },
        quiet_hours,
      });
      const expected = {
        ...USUAL,
        quiet_hours,
        groups: {
          ...USUAL.groups,
          records: { email: true, sms: false, push: false },
          announcements: { email: false, sms: false, push: true },
        },
      };
      expect(changed.body).toEqual({ status: 'success', message: 'Saved.', data: expected });
      expect((await patient.client.patch(PREFERENCES, {})).body.data).toEqual(expected);
      const back = await patient.client.patch(PREFERENCES, {
        quiet_hours: null,
        groups: { records: { push: true } },
      });
      expect(back.body.data).toEqual({
        ...expected,
        quiet_hours: null,
        groups: { ...expected.groups, records: USUAL.groups.records },
      });
      expect((await patient.client.get(PREFERENCES)).body.data).toEqual(back.body.data);
      // Nobody else's.
      const other = await register(app, 'patient', { time_zone: 'Asia/Kolkata', language: 'hi' });
      expect((await other.client.get(PREFERENCES)).body.data).toEqual(USUAL);
    });

    it('refuse what cannot be', async () => {
      const patient = await register(app);
      const refused = async (body: unknown) =>
        (await patient.client.patch(PREFERENCES, body)).body.details.code as string;
      expect(await refused({ groups: { payments: { email: false } } })).toBe('channel_required');
      expect(await refused({ groups: { visit_calls: { email: true } } })).toBe('channel_not_offered');
      for (const body of [
        { groups: { nonsense: { email: true } } },
        { groups: { records: { email: 'yes' } } },
        { quiet_hours: { from: '22:00', until: '22:00' } },
        { quiet_hours: { from: '24:00', until: '07:00' } },
        { quiet_hours: { from: '22:00' } },
        { quiet_hours: '22-7' },
      ]) {
        expect(await refused(body)).toBe('validation_failed');
      }
      // Saying of a receipt what is so anyhow is no harm.
      expect(
        (await patient.client.patch(PREFERENCES, { groups: { payments: { email: true } } })).status,
      ).toBe(200);
      expect((await app.client().get(PREFERENCES)).status).toBe(401);
      expect((await app.client().put(PREFERENCES, {})).status).toBe(401);
    });

    it('change at the same time without losing one another', async () => {
      const patient = await register(app);
      const groups = ['appointments', 'reminders', 'records', 'practice', 'announcements'];
      await Promise.all(
        groups.map((group) => patient.client.patch(PREFERENCES, { groups: { [group]: { email: false } } })),
      );
      const { data } = (await patient.client.get(PREFERENCES)).body;
      expect(groups.map((group) => data.groups[group].email)).toEqual(groups.map(() => false));
    });

    it('are kept: a channel that is off stays silent', async () => {
      const patient = await withPhone();
      const browser = push.subscribe();
      await patient.client.post(SUBSCRIPTIONS, browser);
      await patient.client.patch(PREFERENCES, {
        groups: { announcements: { email: false, sms: false, push: false } },
      });
      await send(patient);
      expect(await deliveriesOf(patient)).toEqual([]);
      expect((await patient.client.get('/api/notifications/')).body.data.total).toBe(1);
    });
  });

  describe('quiet hours', () => {
    /** 23:00 on the night in which New York sets its clocks forward. */
    const NIGHT = '2027-03-14T04:00:00Z';
    const MORNING = '2027-03-14T11:00:00.000Z';

    const sleeper = async () => {
      const patient = await withPhone({ time_zone: 'America/New_York' });
      await patient.client.patch(PREFERENCES, { quiet_hours: { from: '22:00', until: '07:00' } });
      return patient;
    };
    /** Tells something at night, which nobody could log in for. */
    const tell = async (person: Person, fields: Partial<Notice>) => {
      at(NIGHT);
      await app.nest.get(NotificationsService).notify(person.userId, {
        type: 'announcement',
        say: () => ({ title: 'Hello', body: 'Hello there.', short: 'Hello.' }),
        data: {},
        cause: 'test',
        mail: {},
        ...fields,
      });
      mock.restoreAll();
      await app.drained();
    };

    it('hold messages back until the morning, across a change of the clock', async () => {
      const patient = await sleeper();
      await tell(patient, {});
      expect(await deliveriesOf(patient, '&ordering=created_at')).toEqual([
        expect.objectContaining({ channel: 'email', status: 'queued', due_at: MORNING }),
        expect.objectContaining({ channel: 'sms', status: 'queued', due_at: MORNING }),
      ]);
      expect(await mailsTo(app, patient.email)).toEqual([]);
      // In the app it is at once.
      expect((await patient.client.get('/api/notifications/')).body.data.total).toBe(1);
      const [job] = await app.sql<{ at: Date }>(
        `select min(start_after) as at from pgboss.job where name = 'notifications.deliver' and state = 'created'`,
      );
      expect(job?.at.toISOString()).toBe(MORNING);
      await app.sql(`update pgboss.job set start_after = now() where name = 'notifications.deliver'`);
      await app.drained();
      expect(await mailsTo(app, patient.email)).toHaveLength(1);
      expect(await smsTo(app, patient.phone)).toEqual(['Hello.']);
    });

    it('let pass what would be too late in the morning', async () => {
      const patient = await sleeper();
      const early = Temporal.Instant.from('2027-03-14T10:30:00Z');
      await tell(patient, { usefulUntil: early, cause: 'early' });
      expect(await smsTo(app, patient.phone)).toEqual(['Hello.']);
      await tell(patient, { usefulUntil: early.add({ hours: 2 }), cause: 'late' });
      expect(await smsTo(app, patient.phone)).toHaveLength(1);
    });
  });

  it('speak the language of their reader', async () => {
    const patient = await withPhone({ language: 'fr', time_zone: 'Europe/Paris' });
    await patient.client.patch(PREFERENCES, { groups: { appointments: { sms: true } } });
    await confirmedVisit(patient);
    const [mail] = await mailsTo(app, patient.email);
    expect(mail?.subject).toBe('Votre consultation vidéo est confirmée');
    expect(mail?.text).toMatch(
      /^Bonjour Paul,\n\nVotre consultation vidéo avec Dr\. Dora Person est confirmée : /,
    );
    expect(mail?.text).toContain('Rejoindre la consultation');
    expect((await smsTo(app, patient.phone))[0]).toMatch(
      /^Televisit : votre consultation vidéo est confirmée, /,
    );
    const [item] = (await patient.client.get('/api/notifications/')).body.data.items;
    expect(item.title).toBe('Votre consultation vidéo est confirmée');
  });
});

describe('a server without keys for web push', () => {
  it('says so, and does without', async () => {
    const app = await startTestApp();
    try {
      const patient = await register(app);
      for (const answer of [
        await patient.client.get('/api/notifications/push/key/'),
        await patient.client.post(SUBSCRIPTIONS, {
          endpoint: 'https://push.example.com/x',
          keys: { p256dh: 'AAAA', auth: 'AAAA' },
        }),
      ]) {
        expect([answer.status, answer.body.details.code]).toEqual([503, 'push_not_available']);
      }
    } finally {
      await app.close();
    }
  });
});
