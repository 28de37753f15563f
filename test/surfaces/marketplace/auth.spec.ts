import { generateKeyPairSync } from 'node:crypto';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { Clock } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { PASSWORD, type Person, register, registerAdmin } from '../../support/people.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ACCOUNT = {
  email: 'Ada@Example.test',
  password: PASSWORD,
  first_name: ' Ada ',
  last_name: 'Lovelace',
  phone: '+33123456789',
  time_zone: 'Europe/Paris',
  language: 'fr',
};

function failure(status: number, code: string) {
  return {
    status,
    body: { error: expect.any(String), details: expect.objectContaining({ code }), status: 'error' },
  };
}

describe('accounts and sessions', () => {
  let app: TestApp;

  before(async () => {
    app = await startTestApp();
  });
  after(async () => app?.close());
  afterEach(() => mock.restoreAll());

  const logIn = (email: string, password = PASSWORD) =>
    app.client().post('/api/auth/login/', { email, password });
  const refresh = (token: string) => app.client().post('/api/auth/refresh/', { refresh_token: token });
  const me = (token: string) => app.client().as(token).get('/api/auth/me/');
  const loggedIn = async () => (await logIn((await register(app)).email)).body.data;
  const later = (duration: Temporal.DurationLike) => {
    // A mock over a mock would be restored to the first one.
    mock.restoreAll();
    mock.method(app.nest.get(Clock), 'now', () => Temporal.Now.instant().add(duration));
  };

  describe('registering', () => {
    it('opens an account and a session', async () => {
      const answer = await app.client().post('/api/auth/register/', ACCOUNT);
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 201,
        body: {
          data: {
            access_token: expect.any(String),
            refresh_token: expect.any(String),
            token_type: 'bearer',
            expires_in: 900,
            user: {
              id: expect.stringMatching(UUID_V7),
              email: 'ada@example.test',
              first_name: 'Ada',
              last_name: 'Lovelace',
              phone: '+33123456789',
              phone_verified: false,
              phone_verified_at: null,
              roles: ['patient'],
              time_zone: 'Europe/Paris',
              language: 'fr',
              status: 'active',
              email_verified: false,
              email_verified_at: null,
              second_factor: false,
              identity_status: 'unsubmitted',
              created_at: expect.stringMatching(INSTANT),
              updated_at: expect.stringMatching(INSTANT),
            },
          },
          message: 'Registered.',
          status: 'success',
        },
      });
      expect((await me(answer.body.data.access_token)).body).toEqual({
        data: answer.body.data.user,
        message: 'OK',
        status: 'success',
      });
      expect(JSON.stringify(answer.body)).not.toContain('argon2');
    });

    it('takes an address once, however it is written', async () => {
      const { email } = await register(app);
      for (const same of [email, email.toUpperCase()]) {
        const answer = await app.client().post('/api/auth/register', { ...ACCOUNT, email: same });
        expect(answer).toMatchObject(failure(409, 'email_taken'));
      }
    });

    it('takes an address once, however many try at the same time', async () => {
      const body = { ...ACCOUNT, email: 'race@example.test' };
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => app.client().post('/api/auth/register/', body)),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, ...Array(7).fill(409)]);
    });

    it('makes patients and doctors, and no administrators', async () => {
      const doctor = await register(app, 'doctor');
      expect((await doctor.client.get('/api/auth/me/')).body.data.roles).toEqual(['doctor']);
      const answer = await app
        .client()
        .post('/api/auth/register/', { ...ACCOUNT, email: 'root@example.test', role: 'admin' });
      expect(answer).toMatchObject(failure(400, 'validation_failed'));
      const sneaky = await register(app, 'patient', { roles: ['admin'], status: 'admin' });
      expect((await sneaky.client.get('/api/auth/me/')).body.data.roles).toEqual(['patient']);
    });

    it('names every field that is wrong', async () => {
      const answer = await app.client().post('/api/auth/register/', {
        email: 'not-an-address',
        password: 'short',
        first_name: '   ',
        phone: '0123',
        time_zone: 'Mars/Olympus',
        language: 'français',
      });
      expect(answer).toMatchObject(failure(400, 'validation_failed'));
      const fields: { path: string; message: string; code: string }[] = answer.body.details.fields;
      expect(fields.map(({ path }) => path).sort()).toEqual([
        'email',
        'first_name',
        'language',
        'last_name',
        'password',
        'phone',
        'time_zone',
      ]);
      for (const field of fields)
        expect(field).toMatchObject({ message: expect.any(String), code: expect.any(String) });
      expect(JSON.stringify(answer.body)).not.toContain('"short"');
    });
  });

  describe('logging in', () => {
    it('answers a session and the account', async () => {
      const { email, userId } = await register(app);
      const answer = await logIn(email.toUpperCase());
      expect(answer).toMatchObject({
        status: 200,
        body: {
          data: { token_type: 'bearer', expires_in: 900, user: { id: userId, email } },
          message: 'Password accepted.',
          status: 'success',
        },
      });
      expect((await me(answer.body.data.access_token)).status).toBe(200);
    });

    it('does not tell a wrong password from an unknown address', async () => {
      const { email } = await register(app);
      const [wrong, unknown] = await Promise.all([
        logIn(email, 'another password'),
        logIn('nobody@example.test'),
      ]);
      expect(wrong).toMatchObject(failure(401, 'wrong_credentials'));
      expect(unknown.body).toEqual(wrong.body);
    });

    it('keeps a disabled account out, its running session included', async () => {
      const person = await register(app);
      const { access_token, refresh_token } = (await logIn(person.email)).body.data;
      await app.sql(`update users set status = 'disabled' where id = $1`, [person.userId]);
      expect(await logIn(person.email)).toMatchObject(failure(403, 'account_disabled'));
      // Only who knows the password learns that the account is disabled.
      expect(await logIn(person.email, 'guess-guess')).toMatchObject(failure(401, 'wrong_credentials'));
      expect(await me(access_token)).toMatchObject(failure(401, 'session_ended'));
      expect(await refresh(refresh_token)).toMatchObject(failure(401, 'session_ended'));
    });
  });

  describe('refreshing', () => {
    it('trades a refresh token for a new pair', async () => {
      const first = await loggedIn();
      const answer = await refresh(first.refresh_token);
      expect(answer).toMatchObject({
        status: 200,
        body: { data: { token_type: 'bearer', expires_in: 900 }, status: 'success' },
      });
      const { access_token, refresh_token } = answer.body.data;
      expect(refresh_token).not.toBe(first.refresh_token);
      expect((await me(access_token)).body.data.id).toBe(first.user.id);
      expect((await refresh(refresh_token)).status).toBe(200);
    });

    it('ends the session, access tokens included, when a token is shown twice', async () => {
      const stolen = await loggedIn();
      const owner = (await refresh(stolen.refresh_token)).body.data;
      expect((await me(owner.access_token)).status).toBe(200);

      later({ seconds: 11 });
      expect(await refresh(stolen.refresh_token)).toMatchObject(failure(401, 'refresh_token_reused'));
      expect(await refresh(owner.refresh_token)).toMatchObject(failure(401, 'session_ended'));
      expect(await me(owner.access_token)).toMatchObject(failure(401, 'session_ended'));
      expect(await me(stolen.access_token)).toMatchObject(failure(401, 'session_ended'));
    });

    it('lets two tabs through that wake up at once, each with a chain of its own', async () => {
      const { refresh_token } = await loggedIn();
      const tabs = await Promise.all([refresh(refresh_token), refresh(refresh_token)]);
      for (const { status, body } of tabs) {
        expect(status).toBe(200);
        expect((await me(body.data.access_token)).status).toBe(200);
        expect((await refresh(body.data.refresh_token)).status).toBe(200);
      }
      // The moment does not begin anew with each time that it is shown.
      later({ seconds: 6 });
      expect((await refresh(refresh_token)).status).toBe(200);
      later({ seconds: 12 });
      expect(await refresh(refresh_token)).toMatchObject(failure(401, 'refresh_token_reused'));
    });

    it('refuses what is no refresh token', async () => {
      const { access_token } = await loggedIn();
      expect(await refresh('made-up')).toMatchObject(failure(401, 'refresh_token_invalid'));
      expect(await refresh(access_token.slice(0, 200))).toMatchObject(failure(401, 'refresh_token_invalid'));
      expect(await app.client().post('/api/auth/refresh/', {})).toMatchObject(
        failure(400, 'validation_failed'),
      );
    });

    it('works while the expired access token is still being sent along', async () => {
      const { access_token, refresh_token } = await loggedIn();
      later({ seconds: 901 });
      const client = app.client().as(access_token);
      expect(await client.get('/api/auth/me/')).toMatchObject(failure(401, 'token_expired'));
      expect((await client.post('/api/auth/refresh/', { refresh_token })).status).toBe(200);
    });
  });

  describe('the end of a session', () => {
    it('comes at once with a logout, and for that session only', async () => {
      const { email } = await register(app);
      const [one, other] = [(await logIn(email)).body.data, (await logIn(email)).body.data];
      expect(await app.client().as(one.access_token).post('/api/auth/logout/')).toMatchObject({
        status: 200,
        body: { data: null, message: 'Logged out.', status: 'success' },
      });
      expect(await me(one.access_token)).toMatchObject(failure(401, 'session_ended'));
      expect(await refresh(one.refresh_token)).toMatchObject(failure(401, 'session_ended'));
      expect(await app.client().as(one.access_token).post('/api/auth/logout/')).toMatchObject(
        failure(401, 'session_ended'),
      );
      expect((await me(other.access_token)).status).toBe(200);
    });

    it('comes after fifteen minutes for an access token, and after thirty days for all', async () => {
      const { access_token, refresh_token } = await loggedIn();
      later({ seconds: 890 });
      expect((await me(access_token)).status).toBe(200);
      later({ seconds: 901 });
      expect(await me(access_token)).toMatchObject(failure(401, 'token_expired'));
      later({ hours: 24 * 30 - 1 });
      const renewed = (await refresh(refresh_token)).body.data;
      later({ hours: 24 * 30, seconds: 1 });
      expect(await refresh(renewed.refresh_token)).toMatchObject(failure(401, 'session_ended'));
      later({ hours: 24 * 30, seconds: -60 });
      expect((await me(renewed.access_token)).status).toBe(401);
    });
  });

  describe('access tokens', () => {
    it('can be checked by anybody with the published keys', async () => {
      const { access_token, user } = await loggedIn();
      const answer = await app.client().get('/.well-known/jwks.json');
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^application\/jwk-set\+json/);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
      expect(answer.body).toEqual({
        keys: [
          {
            kty: 'OKP',
            crv: 'Ed25519',
            x: expect.any(String),
            kid: expect.any(String),
            alg: 'EdDSA',
            use: 'sig',
          },
        ],
      });
      const { payload } = await jwtVerify(access_token, createLocalJWKSet(answer.body), { issuer: app.url });
      expect(payload).toMatchObject({ sub: user.id, sid: expect.stringMatching(UUID_V7) });
    });

    it('are refused when they were forged or changed', async () => {
      const { access_token, user } = await loggedIn();
      const stranger = await loggedIn();
      const claims = decodeJwt(access_token);
      const { kid } = decodeProtectedHeader(access_token);
      const [header, , signature] = access_token.split('.');
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const { keys } = (await app.client().get('/.well-known/jwks.json')).body;
      const foreign = generateKeyPairSync('ed25519').privateKey;
      const forged = {
        'of somebody else': [header, encode({ ...claims, sub: stranger.user.id }), signature].join('.'),
        'with alg none': `${encode({ alg: 'none' })}.${encode(claims)}.`,
        'by a strange key': await new SignJWT(claims)
          .setProtectedHeader({ alg: 'EdDSA', kid: String(kid) })
          .sign(foreign),
        'with the public key as secret': await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', kid: String(kid) })
          .sign(Buffer.from(keys[0].x, 'base64url')),
        'without a signature': `${header}.${encode(claims)}.`,
        'that is no token': 'abc.def.ghi',
        'that is empty of sense': 'x',
        'that is a refresh token': stranger.refresh_token,
      };
      for (const [what, token] of Object.entries(forged)) {
        expect([what, await me(token)]).toMatchObject([what, failure(401, 'token_invalid')]);
      }
      expect((await me(access_token)).body.data.id).toBe(user.id);
    });

    it('are asked for where they are needed', async () => {
      for (const headers of [{}, { authorization: 'Bearer' }, { authorization: 'Basic YTpi' }] as Record<
        string,
        string
      >[]) {
        expect(await app.client().with(headers).get('/api/auth/me/')).toMatchObject(
          failure(401, 'not_authenticated'),
        );
      }
      const { access_token } = await loggedIn();
      const lowercase = app.client().with({ authorization: `bearer ${access_token}` });
      expect((await lowercase.get('/api/auth/me/')).status).toBe(200);
    });
  });

  describe('the profile', () => {
    it('is changed in part with PATCH and with PUT', async () => {
      const { client, email } = await register(app);
      const before = (await client.get('/api/auth/profile/')).body.data;
      const patched = await client.patch('/api/auth/profile/', { phone: null, time_zone: 'Asia/Kolkata' });
      expect(patched).toMatchObject({
        status: 200,
        body: {
          data: { ...before, phone: null, time_zone: 'Asia/Kolkata', updated_at: expect.any(String) },
          message: 'Saved.',
        },
      });
      const put = await client.put('/api/auth/profile', {
        first_name: 'Paula',
        last_name: 'Petit',
        language: 'fr',
      });
      expect(put.body.data).toMatchObject({
        email,
        first_name: 'Paula',
        last_name: 'Petit',
        language: 'fr',
        time_zone: 'Asia/Kolkata',
      });
      expect((await client.get('/api/auth/me/')).body.data).toEqual(put.body.data);
    });

    it('cannot make anybody somebody else', async () => {
      const { client, userId, email } = await register(app);
      const answer = await client.patch('/api/auth/profile/', {
        id: '00000000-0000-7000-8000-000000000000',
        email: 'other@example.test',
        roles: ['admin'],
        status: 'disabled',
        email_verified_at: '2026-01-01T00:00:00Z',
        first_name: 'Paul',
      });
      expect(answer.body.data).toMatchObject({
        id: userId,
        email,
        roles: ['patient'],
        status: 'active',
        email_verified_at: null,
        identity_status: 'unsubmitted',
      });
    });

    it('names the fields that are wrong', async () => {
      const { client } = await register(app);
      const answer = await client.put('/api/auth/profile/', {
        first_name: '',
        time_zone: '+02:00',
        phone: 12,
      });
      expect(answer).toMatchObject(failure(400, 'validation_failed'));
      expect(answer.body.details.fields.map(({ path }: { path: string }) => path)).toEqual([
        'first_name',
        'phone',
        'time_zone',
      ]);
      expect(await client.patch('/api/auth/profile/', [])).toMatchObject(failure(400, 'validation_failed'));
    });
  });

  describe('the list of accounts', () => {
    let admin: Person;
    before(async () => {
      admin = await registerAdmin(app);
    });

    it('is for administrators', async () => {
      const patient = await register(app);
      const doctor = await register(app, 'doctor');
      expect(await patient.client.get('/api/auth/list/')).toMatchObject(failure(403, 'role_required'));
      expect(await doctor.client.get('/api/auth/list/')).toMatchObject(failure(403, 'role_required'));
      expect(await app.client().get('/api/auth/list/')).toMatchObject(failure(401, 'not_authenticated'));
    });

    it('comes in pages, filtered, searched and in order', async () => {
      const names = ['Zuse', 'Abel', '100%', 'Noether'];
      for (const last_name of names) await register(app, 'doctor', { first_name: 'Listed', last_name });
      const list = async (query: string) => (await admin.client.get(`/api/auth/list/?${query}`)).body.data;
      const lastNames = (data: { items: { last_name: string }[] }) =>
        data.items.map((item) => item.last_name);

      const firstPage = await list('search=listed&ordering=last_name&page_size=3');
      expect({ ...firstPage, items: lastNames(firstPage) }).toEqual({
        items: ['100%', 'Abel', 'Noether'],
        total: 4,
        page: 1,
        page_size: 3,
      });
      expect(lastNames(await list('search=listed&ordering=last_name&page_size=3&page=2'))).toEqual(['Zuse']);
      expect(await list('search=listed&page=9')).toMatchObject({ items: [], total: 4 });
      expect(lastNames(await list('search=listed&ordering=-last_name'))[0]).toBe('Zuse');
      // The sign is searched for and is no wildcard.
      expect(lastNames(await list('search=%25&role=doctor'))).toEqual(['100%']);
      expect((await list('role=admin')).items).toMatchObject([{ id: admin.userId, roles: ['admin'] }]);
      expect(await list('status=disabled&search=listed')).toMatchObject({ items: [], total: 0 });
    });

    it('refuses a query that makes no sense', async () => {
      for (const query of [
        'page=0',
        'page_size=100000',
        'ordering=password_hash',
        'role=god',
        'status=x',
        'created_at=soon',
      ]) {
        const answer = await admin.client.get(`/api/auth/list/?${query}`);
        expect([query, answer]).toMatchObject([query, failure(400, 'validation_failed')]);
      }
    });
  });

  describe('the door', () => {
    it('takes a path with and without the slash', async () => {
      const { client } = await register(app);
      const [plain, slashed] = [await client.get('/api/auth/me'), await client.get('/api/auth/me/')];
      expect(plain.status).toBe(200);
      expect(plain.body).toEqual(slashed.body);
    });

    it('answers what it cannot read or find in the surface’s own form', async () => {
      const client = app.client();
      const login = '/api/auth/login/';
      const as = (type: string) => client.with({ 'content-type': type });
      expect(await client.post(login, '{"email": ')).toMatchObject(failure(400, 'malformed_request'));
      expect(await client.post(login, 'null')).toMatchObject(failure(400, 'validation_failed'));
      expect(await client.post(login, '"text"')).toMatchObject({ status: 400 });
      expect(await client.post(login, '[]')).toMatchObject(failure(400, 'validation_failed'));
      expect(await client.post(login, '')).toMatchObject({ status: 400 });
      expect(await client.post(login)).toMatchObject({ status: 400 });
      expect(await client.post(login, '{"__proto__": {"email": "a@b.test"}}')).toMatchObject({ status: 400 });
      for (const type of [
        'text/plain',
        'application/xml',
        'application/x-www-form-urlencoded',
        'application/jsonp',
        'nonsense',
      ]) {
        const body = new URLSearchParams({ email: 'a@b.test', password: PASSWORD }).toString();
        const refused = failure(415, 'unsupported_media_type');
        expect([type, await as(type).post(login, body)]).toMatchObject([type, refused]);
      }
      expect(
        await as('Application/JSON; charset=utf-8').post(login, '{"email":"a@b.test","password":"x"}'),
      ).toMatchObject(failure(401, 'wrong_credentials'));
      expect(
        await client.post(login, '{"email":"a@b.test","password":"x","email":"c@d.test"}'),
      ).toMatchObject({
        status: 400,
        body: { details: { code: 'duplicate_name', name: 'email' } },
      });
      expect(await client.get('/api/auth/nothing/')).toMatchObject(failure(404, 'route_not_found'));
      expect(await client.delete('/api/auth/me/')).toMatchObject(failure(404, 'route_not_found'));
      expect(await client.get('/api/auth/%')).toMatchObject({ status: 400 });
    });

    it('refuses a body of 10 MiB', async () => {
      const body = JSON.stringify({ email: 'a@example.test', password: 'x'.repeat(10 * 1024 * 1024) });
      expect(await app.client().post('/api/auth/login/', body)).toMatchObject(failure(413, 'body_too_large'));
      expect((await app.client().get('/health')).status).toBe(200);
    });

    it('keeps a request id that it is given, and makes one otherwise', async () => {
      const id = async (headers: Record<string, string>, path = '/api/auth/me/') =>
        (await app.client().with(headers).get(path)).headers.get('x-request-id');
      expect(await id({ 'x-request-id': 'trace:1.a-B_2' })).toBe('trace:1.a-B_2');
      expect(await id({ 'x-request-id': 'trace-404' }, '/nowhere')).toBe('trace-404');
      expect(await id({})).toMatch(UUID_V7);
      for (const unfit of ['has spaces', 'x'.repeat(129), '<script>']) {
        expect(await id({ 'x-request-id': unfit })).toMatch(UUID_V7);
      }
    });

    it('does not offer a login that is not set up', async () => {
      const code = {
        code: 'c',
        code_verifier: 'v'.repeat(43),
        redirect_uri: 'https://app.televisit.test/done',
      };
      expect(await app.client().get('/api/auth/cognito/authorize/')).toMatchObject(
        failure(404, 'cognito_not_configured'),
      );
      expect(await app.client().post('/api/auth/cognito/callback/', code)).toMatchObject(
        failure(404, 'cognito_not_configured'),
      );
    });
  });
});
