import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { PASSWORD, type Person, register } from '../../support/people.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('one’s own sessions', () => {
  let app: TestApp;

  before(async () => {
    app = await startTestApp();
  });
  after(async () => app?.close());

  /** The same person on another device. */
  const on = async (person: Person, device: string) => {
    const answer = await app
      .client()
      .with({ 'user-agent': device })
      .post('/api/auth/login/', { email: person.email, password: PASSWORD });
    const { access_token, refresh_token } = answer.body.data;
    return { client: app.client().as(access_token), refreshToken: refresh_token as string };
  };
  const refresh = (token: string) => app.client().post('/api/auth/refresh/', { refresh_token: token });
  const listed = async (person: Pick<Person, 'client'>, query = '') =>
    (await person.client.get(`/api/auth/sessions/?${query}`)).body.data;

  it('are listed with their devices, the last used first', async () => {
    const person = await register(app);
    const tablet = await on(person, 'Tablet 1.0');
    const phone = await on(person, 'Phone 2.0');
    await refresh(tablet.refreshToken);
    await register(app);

    const page = await listed(phone);
    expect(page).toEqual({
      items: [
        {
          id: expect.any(String),
          origin: 'password',
          user_agent: 'Tablet 1.0',
          address: '127.0.0.1',
          current: false,
          created_at: expect.stringMatching(INSTANT),
          last_used_at: expect.stringMatching(INSTANT),
          expires_at: expect.stringMatching(INSTANT),
        },
        expect.objectContaining({ user_agent: 'Phone 2.0', current: true }),
        expect.objectContaining({ user_agent: 'node', current: false }),
      ],
      total: 3,
      page: 1,
      page_size: 20,
    });
    expect(page.items[0].last_used_at > page.items[0].created_at).toBe(true);

    expect((await listed(phone, 'ordering=created_at&page_size=1')).items).toMatchObject([
      { user_agent: 'node' },
    ]);
    expect(await listed(phone, 'search=tablet')).toMatchObject({
      total: 1,
      items: [{ user_agent: 'Tablet 1.0' }],
    });
    expect(await listed(phone, 'search=%25')).toMatchObject({ total: 0, items: [] });
    expect(await app.client().get('/api/auth/sessions/')).toMatchObject({ status: 401 });
    expect((await phone.client.get('/api/auth/sessions/?ordering=user_agent')).status).toBe(400);
  });

  it('end one by one, with the next request', async () => {
    const person = await register(app);
    const lost = await on(person, 'Lost phone');
    const { items } = await listed(person, 'search=lost');
    const path = `/api/auth/sessions/${items[0].id}/`;

    expect(await person.client.delete(path)).toMatchObject({
      status: 200,
      body: { data: null, message: 'Ended.', status: 'success' },
    });
    expect(await lost.client.get('/api/auth/me/')).toMatchObject({
      status: 401,
      body: { details: { code: 'session_ended' } },
    });
    expect((await refresh(lost.refreshToken)).body.details.code).toBe('session_ended');
    expect((await listed(person)).total).toBe(1);
    expect((await person.client.delete(path)).body.details.code).toBe('session_not_found');
    expect((await person.client.get('/api/auth/me/')).status).toBe(200);
  });

  it('are nobody else’s to end', async () => {
    const [person, stranger] = [await register(app), await register(app)];
    const [session] = (await listed(person)).items;
    const answer = await stranger.client.delete(`/api/auth/sessions/${session.id}/`);
    expect(answer).toMatchObject({ status: 404, body: { details: { code: 'session_not_found' } } });
    expect((await person.client.get('/api/auth/me/')).status).toBe(200);
    expect((await stranger.client.delete('/api/auth/sessions/1/')).status).toBe(400);
  });

  it('all end but this one', async () => {
    const person = await register(app);
    const [one, other] = [await on(person, 'One'), await on(person, 'Other')];
    const path = '/api/auth/sessions/revoke-others/';
    expect(await other.client.post(path)).toMatchObject({
      status: 200,
      body: { data: { ended: 2 }, message: 'Ended.', status: 'success' },
    });
    expect((await other.client.post(path)).body.data).toEqual({ ended: 0 });
    expect((await listed(other)).items).toMatchObject([{ user_agent: 'Other', current: true }]);
    expect((await one.client.get('/api/auth/me/')).status).toBe(401);
    expect((await person.client.get('/api/auth/me/')).status).toBe(401);
    const rows = await app.sql(
      'select revoked_because, count(*)::int as count from sessions where user_id = $1 group by 1 order by 1',
      [person.userId],
    );
    expect(rows).toEqual([
      { revoked_because: 'revoked', count: 2 },
      { revoked_because: null, count: 1 },
    ]);
  });
});
