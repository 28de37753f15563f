import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { PASSWORD, type Person, register, registerAdmin } from '../../support/people.ts';

function failure(status: number, code: string) {
  return {
    status,
    body: { error: expect.any(String), details: expect.objectContaining({ code }), status: 'error' },
  };
}

describe('accounts, for administrators', () => {
  let app: TestApp;
  let admin: Person;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
  });
  after(async () => app?.close());

  const path = (person: Person) => `/api/auth/users/${person.userId}/`;
  const disable = (by: Person, person: Person, reason = 'Asked for it by telephone') =>
    by.client.patch(path(person), { status: 'disabled', reason });

  describe('the list', () => {
    const list = async (query: string) => (await admin.client.get(`/api/auth/list/?${query}`)).body.data;
    const emails = async (query: string) =>
      (await list(query)).items.map(({ email }: { email: string }) => email);
    let jose: Person;
    let zoe: Person;

    before(async () => {
      jose = await register(app, 'patient', {
        first_name: 'José',
        last_name: 'Ñandú',
        phone: '+34612345678',
      });
      zoe = await register(app, 'doctor', { first_name: 'Zoë', last_name: 'Ñandú' });
      await app.sql('update users set email_verified_at = now(), last_login_at = null where id = $1', [
        zoe.userId,
      ]);
    });

    it('shows what a profile shows, and what only administrators see', async () => {
      expect(await list('search=jose')).toEqual({
        items: [
          {
            ...(await jose.client.get('/api/auth/me/')).body.data,
            disabled_reason: null,
            last_login_at: expect.any(String),
          },
        ],
        total: 1,
        page: 1,
        page_size: 20,
      });
    });

    it('finds names without their accents, addresses and numbers', async () => {
      for (const search of ['jose', 'JOSÉ ñandu', 'nandu', '612345', jose.email.slice(0, -5)]) {
        expect([search, await emails(`search=${encodeURIComponent(search)}`)]).toEqual([
          search,
          expect.arrayContaining([jose.email]),
        ]);
      }
      expect(await emails('search=zzz')).toEqual([]);
      expect(await emails('search=_')).toEqual([]);
    });

    it('takes filters together', async () => {
      expect(await emails('search=nandu&role=doctor')).toEqual([zoe.email]);
      expect(await emails('search=nandu&email_verified=true')).toEqual([zoe.email]);
      expect(await emails('search=nandu&email_verified=false')).toEqual([jose.email]);
      expect(await emails('search=nandu&phone_verified=true')).toEqual([]);
      expect(await emails('search=nandu&second_factor=true')).toEqual([]);
      expect(await emails('search=nandu&created_before=2020-01-01T00:00:00Z')).toEqual([]);
      expect(await emails('search=nandu&updated_after=2020-01-01T00:00:00Z')).toHaveLength(2);
      expect((await admin.client.get('/api/auth/list/?email_verified=maybe')).status).toBe(400);
    });

    it('comes in the order that is asked for', async () => {
      const both = [jose.email, zoe.email];
      expect(await emails('search=nandu&ordering=name')).toEqual(both);
      expect(await emails('search=nandu&ordering=-name')).toEqual(both.toReversed());
      expect(await emails('search=nandu&ordering=created_at')).toEqual(both);
      expect(await emails('search=nandu&ordering=-created_at')).toEqual(both.toReversed());
      // Who never logged in comes after everybody who did.
      expect(await emails('search=nandu&ordering=-last_login_at')).toEqual(both);
      expect(await emails('search=nandu&ordering=last_login_at')).toEqual(both.toReversed());
      expect(await emails('search=nandu&ordering=email')).toEqual(both.toSorted());
    });
  });

  it('are shown one by one, which is audited', async () => {
    const person = await register(app);
    const me = (await person.client.get('/api/auth/me/')).body.data;
    expect(await admin.client.get(path(person))).toMatchObject({
      status: 200,
      body: { data: { ...me, disabled_reason: null } },
    });
    const audited = await app.sql(
      `select action, actor_user_id from audit_log where resource = 'account' and resource_id = $1`,
      [person.userId],
    );
    expect(audited).toEqual([{ action: 'account.read', actor_user_id: admin.userId }]);
    expect(await admin.client.get('/api/auth/users/00000000-0000-7000-8000-000000000000/')).toMatchObject(
      failure(404, 'account_not_found'),
    );
  });

  it('are for administrators only', async () => {
    const person = await register(app);
    for (const client of [person.client, (await register(app, 'doctor')).client]) {
      expect(await client.get(path(person))).toMatchObject(failure(403, 'role_required'));
      expect(await client.patch(path(person), { status: 'active' })).toMatchObject(
        failure(403, 'role_required'),
      );
    }
    expect(await app.client().get(path(person))).toMatchObject(failure(401, 'not_authenticated'));
  });

  it('are disabled with a reason, which ends their sessions, and enabled again', async () => {
    const person = await register(app);
    expect(await disable(admin, person)).toMatchObject({
      status: 200,
      body: {
        data: { id: person.userId, status: 'disabled', disabled_reason: 'Asked for it by telephone' },
        message: 'Saved.',
      },
    });
    const logIn = () => app.client().post('/api/auth/login/', { email: person.email, password: PASSWORD });
    expect(await person.client.get('/api/auth/me/')).toMatchObject(failure(401, 'session_ended'));
    expect(await logIn()).toMatchObject(failure(403, 'account_disabled'));

    // Doing it again changes nothing.
    expect((await disable(admin, person, 'Another reason')).body.data.disabled_reason).toBe(
      'Asked for it by telephone',
    );
    const enabled = await admin.client.patch(path(person), { status: 'active' });
    expect(enabled.body.data).toMatchObject({ status: 'active', disabled_reason: null });
    expect((await logIn()).status).toBe(200);
    // The session from before stays ended.
    expect((await person.client.get('/api/auth/me/')).status).toBe(401);

    const audited = await app.sql(
      `select action, reason from audit_log where resource = 'account' and resource_id = $1 order by sequence`,
      [person.userId],
    );
    expect(audited).toEqual([
      { action: 'account.disable', reason: 'Asked for it by telephone' },
      { action: 'account.enable', reason: null },
    ]);
  });

  it('cannot be disabled without saying why', async () => {
    const person = await register(app);
    for (const body of [
      { status: 'disabled' },
      { status: 'disabled', reason: '  ' },
      { status: 'gone' },
      {},
    ]) {
      expect(await admin.client.patch(path(person), body)).toMatchObject(failure(400, 'validation_failed'));
    }
    expect((await person.client.get('/api/auth/me/')).status).toBe(200);
  });

  it('leave one administrator, also when two shut each other out at once', async () => {
    expect(await disable(admin, admin)).toMatchObject(failure(409, 'last_admin'));
    const second = await registerAdmin(app);
    const answers = await Promise.all([disable(admin, second), disable(second, admin)]);
    const [left] = await app.sql<{ id: string }>(
      `select id from users where 'admin' = any (roles) and status = 'active'`,
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(left).toBeDefined();
  });
});
