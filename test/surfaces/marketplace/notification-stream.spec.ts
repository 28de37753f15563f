import { after, before, describe, it, mock } from 'node:test';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect } from 'expect';
import { Clock } from '#kernel';
import { NotificationsService } from '#notifications';
import { loadConfig, Metrics } from '#platform';
import { createApp } from '../../../apps/api/src/create-app.ts';
import { freePort } from '../../../apps/local/src/ports.ts';
import { eventually, startTestApp, type TestApp } from '../../support/app.ts';
import { EventListener } from '../../support/event-listener.ts';
import { PASSWORD, type Person, register, registerAdmin } from '../../support/people.ts';

const STREAM = '/api/notifications/stream/';
const REDIS_URL = process.env['REDIS_URL'];

let told = 0;
/** Tells somebody something new, as any part of the server would. */
async function tell(nest: NestFastifyApplication, { userId }: Person, title = 'News'): Promise<void> {
  told += 1;
  await nest.get(NotificationsService).notify(userId, {
    type: 'announcement',
    say: () => ({ title, body: 'Something new.', short: 'News.' }),
    data: {},
    cause: `test:${told}`,
  });
}

const headersOf = (person: Person) => person.client.headers;
const titlesOf = (events: readonly { data: { title: string } }[]) => events.map(({ data }) => data.title);

describe('the stream of notifications', () => {
  let app: TestApp;

  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  const listen = (person: Person, headers: Record<string, string> = {}, at = app.url) =>
    EventListener.open(`${at}${STREAM}`, { ...headersOf(person), ...headers });
  const refused = async (person: Person, headers: Record<string, string> = {}, query = '') => {
    const answer = await person.client.with(headers).get(`${STREAM}${query}`);
    return [answer.status, answer.body.details.code];
  };

  it('brings what is new, and nobody else’s', async () => {
    const [person, other] = [await register(app), await register(app)];
    await tell(app.nest, person, 'Before');
    const stream = await listen(person);
    expect(stream.status).toBe(200);
    expect(stream.answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': expect.any(String),
      'x-content-type-options': 'nosniff',
    });
    await tell(app.nest, other, 'For another');
    await tell(app.nest, person, 'First');
    await tell(app.nest, person, 'Second');
    const events = await stream.heard(2);
    expect(titlesOf(events)).toEqual(['First', 'Second']);
    expect(events.map(({ id }) => id)).toEqual(['2', '3']);
    const [newest] = (await person.client.get('/api/notifications/')).body.data.items;
    expect(events[1]?.data).toEqual(newest);
    stream.leave();
  });

  it('replays what was missed, in order and once', async () => {
    const person = await register(app);
    const stream = await listen(person);
    await tell(app.nest, person, 'One');
    const [one] = await stream.heard(1);
    stream.leave();
    for (const title of ['Two', 'Three', 'Four']) await tell(app.nest, person, title);
    const removed = (await person.client.get('/api/notifications/?search=Three')).body.data.items[0];
    await person.client.delete(`/api/notifications/${removed.id}/`);
    const again = await listen(person, { 'last-event-id': one?.id ?? '' });
    await tell(app.nest, person, 'Five');
    expect(titlesOf(await again.heard(3))).toEqual(['Two', 'Four', 'Five']);
    again.leave();
    const all = await EventListener.open(`${app.url}${STREAM}?last_event_id=0`, headersOf(person));
    expect(titlesOf(await all.heard(4))).toEqual(['One', 'Two', 'Four', 'Five']);
    all.leave();
    expect(await refused(person, { 'last-event-id': 'nonsense' })).toEqual([400, 'invalid_last_event_id']);
    expect(await refused(person, {}, '?last_event_id=-1')).toEqual([400, 'validation_failed']);
  });

  it('loses nothing of many that are told at once, and replays long lists', async () => {
    const person = await register(app);
    const stream = await listen(person);
    const titles = Array.from({ length: 40 }, (_, index) => `News ${index}`);
    await Promise.all(titles.map((title) => tell(app.nest, person, title)));
    const live = await stream.heard(40);
    expect(titlesOf(live).toSorted()).toEqual(titles.toSorted());
    expect(live.map(({ id }) => Number(id))).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    stream.leave();
    await app.sql(
      `insert into notifications (id, user_id, position, type, title, body, cause, created_at, updated_at)
       select uuidv7(), $1, n, 'announcement', 'Old ' || n, repeat('x', 900), 'many:' || n, now(), now()
       from generate_series(41, 540) n`,
      [person.userId],
    );
    const replayed = await listen(person, { 'last-event-id': '0' });
    expect((await replayed.heard(540)).map(({ id }) => Number(id))).toEqual(
      Array.from({ length: 540 }, (_, index) => index + 1),
    );
    replayed.leave();
  });

  it('is closed to who is not logged in', async () => {
    const answer = await app.client().get(STREAM);
    expect([answer.status, answer.body.details.code]).toEqual([401, 'not_authenticated']);
    expect((await app.client().post(`${STREAM}ticket/`)).status).toBe(401);
  });

  it('opens with a ticket, once and soon', async () => {
    const person = await register(app);
    const ticketFor = async () => {
      const answer = await person.client.post(`${STREAM}ticket/`);
      expect(answer.status).toBe(201);
      return answer.body.data;
    };
    const ticket = await ticketFor();
    expect(ticket).toEqual({
      ticket: expect.stringMatching(/^[\w-]{43}$/),
      expires_at: expect.any(String),
      stream_url: `${STREAM}?ticket=${ticket.ticket}`,
    });
    const stream = await EventListener.open(`${app.url}${ticket.stream_url}`);
    expect(stream.status).toBe(200);
    await tell(app.nest, person, 'By ticket');
    expect(titlesOf(await stream.heard(1))).toEqual(['By ticket']);
    const invalid = async (url: string) => {
      const answer = await app.client().get(url);
      expect([answer.status, answer.body.details.code]).toEqual([401, 'ticket_invalid']);
    };
    await invalid(ticket.stream_url);
    await invalid(`${STREAM}?ticket=nonsense`);
    // Two at once: one comes in.
    const shared = (await ticketFor()).stream_url;
    const both = await Promise.all([1, 2].map(() => EventListener.open(`${app.url}${shared}`)));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    const late = await ticketFor();
    mock.method(app.nest.get(Clock), 'now', () => Temporal.Now.instant().add({ seconds: 31 }));
    await invalid(late.stream_url);
    mock.restoreAll();
    // A ticket opens the stream and nothing else.
    const other = await ticketFor();
    expect((await app.client().get(`/api/notifications/?ticket=${other.ticket}`)).status).toBe(401);
    // It ends with the login that it came from.
    const orphan = await ticketFor();
    await person.client.post('/api/auth/logout/');
    const ended = await app.client().get(orphan.stream_url);
    expect([ended.status, ended.body.details.code]).toEqual([401, 'session_ended']);
    await stream.untilEnded();
    expect(await stream.heard(1, 'end')).toEqual([
      { event: 'end', id: undefined, data: { reason: 'session_ended' } },
    ]);
    for (const one of both) one.leave();
  });

  it('ends with its login, and leaves the person’s others open', async () => {
    const person = await register(app);
    const answer = await app.client().post('/api/auth/login/', { email: person.email, password: PASSWORD });
    const second = { ...person, client: app.client().as(answer.body.data.access_token) };
    const [one, two] = [await listen(person), await listen(second)];
    await person.client.post('/api/auth/logout/');
    await one.untilEnded();
    expect((await one.heard(1, 'end'))[0]?.data).toEqual({ reason: 'session_ended' });
    await tell(app.nest, person, 'Still here');
    expect(titlesOf(await two.heard(1))).toEqual(['Still here']);
    await app.sql(`update users set status = 'disabled' where id = $1`, [person.userId]);
    await two.untilEnded();
  });

  it('is bounded for each person, and lets go of who has left', async () => {
    const person = await register(app);
    const streams = await Promise.all(Array.from({ length: 5 }, () => listen(person)));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await refused(person)).toEqual([429, 'too_many_streams']);
    const other = await listen(await register(app));
    expect(other.status).toBe(200);
    for (const stream of [...streams, other]) stream.leave();
    const open = async () => (await app.nest.get(Metrics).notificationStreams.get()).values[0]?.value;
    await eventually(async () => (await open()) === 0, 'all streams are let go');
    const again = await listen(person);
    expect(again.status).toBe(200);
    again.leave();
  });

  it('is not opened by HEAD', async () => {
    const person = await register(app);
    for (let count = 0; count < 6; count += 1) {
      const answer = await fetch(`${app.url}${STREAM}`, { method: 'HEAD', headers: headersOf(person) });
      expect(answer.status).toBe(200);
    }
    const stream = await listen(person);
    expect(stream.status).toBe(200);
    stream.leave();
  });

  it('is told that the server stops, which does not wait for it', async () => {
    const other = await startTestApp();
    const person = await register(other);
    const stream = await listen(person, {}, other.url);
    const metrics = other.nest.get(Metrics);
    const begin = performance.now();
    await other.close();
    expect(performance.now() - begin).toBeLessThan(15_000);
    await stream.untilEnded();
    expect((await stream.heard(1, 'end'))[0]?.data).toEqual({ reason: 'server_stopping' });
    // How long somebody listened is not how long an answer took.
    expect(await metrics.text()).not.toContain('route="/api/notifications/stream"');
  });
});

describe('the stream of notifications, of two processes', {
  skip: !REDIS_URL && 'REDIS_URL is not set',
}, () => {
  let app: TestApp;
  let other: NestFastifyApplication;
  let otherUrl: string;

  before(async () => {
    const shared = { REDIS_URL: REDIS_URL ?? '' };
    app = await startTestApp(shared);
    const port = await freePort();
    otherUrl = `http://127.0.0.1:${port}`;
    other = await createApp(loadConfig({ ...app.environment, ...shared, PORT: String(port), RUN_JOBS: '0' }));
    await other.listen(port, '127.0.0.1');
  });
  after(async () => {
    await other.close();
    await app.close();
  });

  it('brings what another process tells, each once and in one order', async () => {
    const person = await register(app);
    const streams = await Promise.all(
      [app.url, otherUrl].map((url) => EventListener.open(`${url}${STREAM}`, headersOf(person))),
    );
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => tell(index % 2 ? app.nest : other, person, `News ${index}`)),
    );
    const [here, there] = await Promise.all(streams.map((stream) => stream.heard(20)));
    expect(here).toEqual(there);
    expect(here).toHaveLength(20);
    for (const stream of streams) stream.leave();
  });

  it('brings what an administrator sends through the job of the other', async () => {
    const admin = await registerAdmin(app);
    const person = await register(app);
    const stream = await EventListener.open(`${otherUrl}${STREAM}`, headersOf(person));
    await admin.client.post('/api/notifications/send-bulk/', {
      title: 'To all',
      body: 'Hello.',
      user_ids: [person.userId],
    });
    expect(titlesOf(await stream.heard(1))).toEqual(['To all']);
    stream.leave();
  });
});
