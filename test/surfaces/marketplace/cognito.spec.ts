import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { eventually, startTestApp, type TestApp } from '../../support/app.ts';
import { type CognitoLocal, POOL_PASSWORD, startCognitoLocal } from '../../support/cognito-local.ts';
import { type CallbackBody, hostedLogin } from '../../support/hosted-login.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { type OpenIdProvider, startOpenIdProvider } from '../../support/openid-provider.ts';
import { PASSWORD, type Person, register } from '../../support/people.ts';

const REDIRECT_URI = 'https://app.televisit.test/login/done';
const CALLBACK = '/api/auth/cognito/callback/';

function failure(status: number, code: string) {
  return { status, body: expect.objectContaining({ status: 'error', details: { code } }) };
}

describe('a login with a Cognito user pool', () => {
  let pool: CognitoLocal;
  let app: TestApp;

  before(async () => {
    pool = await startCognitoLocal(REDIRECT_URI);
    app = await startTestApp({
      COGNITO_ISSUER: pool.issuer,
      COGNITO_CLIENT_ID: pool.clientId,
      COGNITO_DOMAIN: pool.url,
    });
  });
  after(async () => {
    await app?.close();
    await pool?.close();
  });

  const code = (email: string): Promise<CallbackBody> =>
    hostedLogin(app.client(), REDIRECT_URI, { username: email, password: POOL_PASSWORD });
  const logIn = async (email: string, fields = {}) =>
    app.client().post(CALLBACK, { ...(await code(email)), ...fields });
  const me = (accessToken: string) => app.client().as(accessToken).get('/api/auth/me/');

  it('tells a client where to start', async () => {
    expect(await app.client().get('/api/auth/cognito/authorize')).toMatchObject({
      status: 200,
      body: {
        data: {
          authorization_endpoint: `${pool.url}/oauth2/authorize`,
          client_id: pool.clientId,
          scope: 'openid email profile',
          code_challenge_method: 'S256',
        },
        message: 'OK',
        status: 'success',
      },
    });
  });

  it('opens a patient account at the first login, and finds it again at the next', async () => {
    await pool.signUp('first@example.test');
    const first = await logIn('first@example.test', { time_zone: 'Europe/Lisbon' });
    expect(first).toMatchObject({
      status: 200,
      body: {
        data: {
          access_token: expect.any(String),
          refresh_token: expect.any(String),
          token_type: 'bearer',
          expires_in: 900,
          user: {
            id: expect.any(String),
            email: 'first@example.test',
            first_name: 'first',
            last_name: '',
            phone: null,
            roles: ['patient'],
            time_zone: 'Europe/Lisbon',
            language: 'en',
            status: 'active',
            email_verified_at: expect.any(String),
          },
        },
        message: 'Logged in.',
        status: 'success',
      },
    });
    const again = await logIn('first@example.test', { time_zone: 'Asia/Tokyo' });
    expect(again.body.data.user).toEqual(first.body.data.user);
    expect((await me(again.body.data.access_token)).body.data.id).toBe(first.body.data.user.id);
  });

  it('accepts the pool’s access tokens once the identity is linked, and asks our database for the roles', async () => {
    await pool.signUp('direct@example.test');
    await pool.call('CreateGroup', { UserPoolId: pool.poolId, GroupName: 'admin' });
    await pool.call('AdminAddUserToGroup', {
      UserPoolId: pool.poolId,
      GroupName: 'admin',
      Username: 'direct@example.test',
    });
    const { AccessToken } = await pool.tokens('direct@example.test');
    expect(await me(AccessToken)).toMatchObject(failure(401, 'identity_not_linked'));
    const { user } = (await logIn('direct@example.test')).body.data;

    expect(await me(AccessToken)).toMatchObject({ status: 200, body: { data: user } });
    expect(await app.client().as(AccessToken).get('/api/auth/list/')).toMatchObject({
      status: 403,
      body: { details: { code: 'role_required' } },
    });
    await app.sql(`update users set roles = '{patient,admin}' where id = $1`, [user.id]);
    expect((await app.client().as(AccessToken).get('/api/auth/list/')).status).toBe(200);
  });

  it('refuses ID tokens, tokens of another client and tokens that were changed', async () => {
    await pool.signUp('careful@example.test');
    await logIn('careful@example.test');
    const tokens = await pool.tokens('careful@example.test');
    const foreign = await pool.tokens('careful@example.test', pool.otherClientId);
    const [header, payload = '', signature] = tokens.AccessToken.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const changed = (change: object) =>
      [header, Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url'), signature].join(
        '.',
      );

    expect((await me(tokens.AccessToken)).status).toBe(200);
    expect(await me(tokens.IdToken)).toMatchObject(failure(401, 'access_token_required'));
    expect(await me(foreign.AccessToken)).toMatchObject(failure(401, 'token_invalid'));
    expect(await me(changed({ sub: 'somebody-else' }))).toMatchObject(failure(401, 'token_invalid'));
    expect(await me(changed({ iss: 'https://elsewhere.test' }))).toMatchObject(failure(401, 'token_invalid'));
    expect(await me(tokens.RefreshToken)).toMatchObject(failure(401, 'token_invalid'));
  });

  it('ends the pool’s tokens at once with a logout, and lets newer ones in', async () => {
    await pool.signUp('leaving@example.test');
    const ours = (await logIn('leaving@example.test')).body.data.access_token;
    const { AccessToken } = await pool.tokens('leaving@example.test');
    const elsewhere = await pool.tokens('leaving@example.test');

    expect((await app.client().as(AccessToken).post('/api/auth/logout/')).status).toBe(200);
    expect(await me(AccessToken)).toMatchObject(failure(401, 'session_ended'));
    expect(await me(elsewhere.AccessToken)).toMatchObject(failure(401, 'session_ended'));
    // Our own session is another login and goes on.
    expect((await me(ours)).status).toBe(200);
    await eventually(
      async () => (await me((await pool.tokens('leaving@example.test')).AccessToken)).status === 200,
      'a token of a new login is accepted',
    );
  });

  it('keeps a disabled account out', async () => {
    await pool.signUp('blocked@example.test');
    const { user } = (await logIn('blocked@example.test')).body.data;
    const { AccessToken } = await pool.tokens('blocked@example.test');
    await app.sql(`update users set status = 'disabled' where id = $1`, [user.id]);
    expect(await me(AccessToken)).toMatchObject(failure(401, 'session_ended'));
    expect(await logIn('blocked@example.test')).toMatchObject(failure(403, 'account_disabled'));

    const other = await register(app);
    await app.sql(`update users set status = 'disabled' where id = $1`, [other.userId]);
    await pool.signUp(other.email);
    expect(await logIn(other.email)).toMatchObject(failure(403, 'account_disabled'));
  });

  it('does not link or open an account for an address that nobody has verified', async () => {
    const victim = await register(app);
    await pool.signUp(victim.email, { verified: false });
    expect(await logIn(victim.email)).toMatchObject(failure(409, 'email_unverified'));
    const { AccessToken } = await pool.tokens(victim.email);
    expect(await me(AccessToken)).toMatchObject(failure(401, 'identity_not_linked'));
    expect((await victim.client.get('/api/auth/me/')).status).toBe(200);
    expect(await app.sql('select from identities where user_id = $1', [victim.userId])).toHaveLength(0);
  });

  it('hands an account that was registered with an unproved address to the one who proved it', async () => {
    const squatter = await register(app);
    await pool.signUp(squatter.email);
    await app.sql(
      `update users set second_factor_since = now(), phone = '+33612345678', phone_verified_at = now() where id = $1`,
      [squatter.userId],
    );
    const owner = await logIn(squatter.email);
    expect(owner).toMatchObject({ status: 200, body: { data: { user: { id: squatter.userId } } } });
    expect(owner.body.data.user).toMatchObject({
      email_verified: true,
      phone_verified: false,
      second_factor: false,
    });
    expect(await squatter.client.get('/api/auth/me/')).toMatchObject(failure(401, 'session_ended'));
    expect(
      await app.client().post('/api/auth/login/', { email: squatter.email, password: PASSWORD }),
    ).toMatchObject(failure(401, 'wrong_credentials'));
    expect((await me(owner.body.data.access_token)).status).toBe(200);
  });

  it('links to an account with a proved address and leaves its password and sessions alone', async () => {
    const doctor = await register(app, 'doctor');
    await app.sql('update users set email_verified_at = now() where id = $1', [doctor.userId]);
    await pool.signUp(doctor.email);
    const linked = await logIn(doctor.email);
    expect(linked.body.data.user).toMatchObject({ id: doctor.userId, roles: ['doctor'], first_name: 'Dora' });
    const sessions = await doctor.client.get('/api/auth/sessions/?ordering=created_at');
    expect(sessions.body.data.items).toMatchObject([
      { origin: 'password', current: true },
      { origin: 'cognito', current: false },
    ]);
    expect(
      (await app.client().post('/api/auth/login/', { email: doctor.email, password: PASSWORD })).status,
    ).toBe(200);
  });

  describe('is unlinked', () => {
    const IDENTITIES = '/api/auth/identities/';
    /** A doctor with a password who has also logged in by way of the pool. */
    const linked = async () => {
      const person = await register(app, 'doctor');
      await app.sql('update users set email_verified_at = now() where id = $1', [person.userId]);
      await pool.signUp(person.email);
      const login = await logIn(person.email);
      const { items } = (await person.client.get(IDENTITIES)).body.data;
      return { person, id: items[0].id as string, items, byPool: login.body.data.access_token as string };
    };
    const unlink = ({ person, id }: { person: Person; id: string }, body?: object) =>
      person.client.request('DELETE', `${IDENTITIES}${id}/`, body);
    const relink = ({ person, id }: { person: Person; id: string }, body?: object) =>
      person.client.post(`${IDENTITIES}${id}/link/`, body);

    it('by its owner: nobody gets in that way any more, until the owner allows it again', async () => {
      const login = await linked();
      const { person, byPool, items } = login;
      expect(items).toEqual([
        {
          id: expect.any(String),
          issuer: pool.issuer,
          subject: expect.any(String),
          unlinked_at: null,
          created_at: expect.any(String),
        },
      ]);
      const { AccessToken } = await pool.tokens(person.email);
      for (const _ of [1, 2]) {
        expect(await unlink(login)).toMatchObject({
          status: 200,
          body: { message: 'Unlinked.', data: null },
        });
      }
      expect(await me(byPool)).toMatchObject(failure(401, 'session_ended'));
      expect(await me(AccessToken)).toMatchObject(failure(401, 'identity_not_linked'));
      // Not linked anew by the address either, by whoever holds the account at the pool.
      expect(await logIn(person.email)).toMatchObject(failure(403, 'identity_unlinked'));
      expect((await person.client.get('/api/auth/me/')).status).toBe(200);
      expect((await person.client.get(IDENTITIES)).body.data.items).toMatchObject([
        { id: login.id, unlinked_at: expect.any(String) },
      ]);

      for (const _ of [1, 2]) expect((await relink(login)).status).toBe(200);
      expect((await logIn(person.email)).status).toBe(200);
      await app.drained();
      expect((await mailsTo(app, person.email)).map(({ subject }) => subject)).toEqual([
        'A way to log in was taken away',
        'A way to log in was given back',
      ]);
      expect(
        await app.sql(
          `select action from audit_log where actor_user_id = $1 and action like 'identity.%' order by sequence`,
          [person.userId],
        ),
      ).toEqual([{ action: 'identity.unlink' }, { action: 'identity.relink' }]);
    });

    it('only where another way is left, also of two at once', async () => {
      await pool.signUp('alone@example.test');
      const { access_token, user } = (await logIn('alone@example.test')).body.data;
      const person = { client: app.client().as(access_token), userId: user.id, email: user.email };
      const [only] = (await person.client.get(IDENTITIES)).body.data.items;
      expect(await unlink({ person, id: only.id })).toMatchObject(failure(409, 'last_way_in'));
      const second = newId();
      await app.sql(
        `insert into identities (id, issuer, subject, user_id, created_at) values ($1, $2, 'another', $3, now())`,
        [second, pool.issuer, user.id],
      );
      const both = await Promise.all([unlink({ person, id: only.id }), unlink({ person, id: second })]);
      expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      expect((await me(access_token)).status).toBe(200);
    });

    it('with the password, or soon after a login, and never somebody else’s', async () => {
      const login = await linked();
      await app.sql(`update sessions set created_at = now() - interval '11 minutes' where user_id = $1`, [
        login.person.userId,
      ]);
      expect(await unlink(login)).toMatchObject(failure(403, 'fresh_login_required'));
      expect(await unlink(login, { password: 'wrong' })).toMatchObject(failure(403, 'wrong_password'));
      expect(await relink(login)).toMatchObject(failure(403, 'fresh_login_required'));
      const other = await register(app);
      for (const attempt of [unlink, relink]) {
        expect(await attempt({ person: other, id: login.id })).toMatchObject(
          failure(404, 'identity_not_found'),
        );
      }
      expect((await unlink(login, { password: PASSWORD })).status).toBe(200);
    });
  });

  it('refuses a code that was used, that is not ours, or that belongs to another verifier or address', async () => {
    await pool.signUp('codes@example.test');
    const used = await code('codes@example.test');
    const answers = await Promise.all([app.client().post(CALLBACK, used), app.client().post(CALLBACK, used)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 401]);
    expect(answers.find(({ status }) => status === 401)).toMatchObject(failure(401, 'cognito_code_rejected'));

    const wrong = [
      { code: 'made-up' },
      { code_verifier: 'x'.repeat(43) },
      { redirect_uri: 'https://app.televisit.test/elsewhere' },
    ];
    for (const change of wrong) {
      const answer = await logIn('codes@example.test', change);
      expect(answer).toMatchObject(failure(401, 'cognito_code_rejected'));
    }
  });

  it('refuses a login whose ID token does not carry the nonce', async () => {
    // cognito-local leaves the nonce out of its ID tokens.
    await pool.signUp('nonce@example.test');
    expect(await logIn('nonce@example.test', { nonce: 'n-1' })).toMatchObject(
      failure(401, 'cognito_tokens_rejected'),
    );
  });

  it('names the fields that are wrong', async () => {
    const answer = await app.client().post(CALLBACK, { code_verifier: 'short', redirect_uri: 'nowhere' });
    expect(answer).toMatchObject({ status: 400, body: { details: { code: 'validation_failed' } } });
    expect(answer.body.details.fields.map(({ path }: { path: string }) => path).sort()).toEqual([
      'code',
      'code_verifier',
      'redirect_uri',
    ]);
  });
});

describe('a login with another OpenID provider in the pool’s place', () => {
  let provider: OpenIdProvider;
  let app: TestApp;

  before(async () => {
    provider = await startOpenIdProvider(REDIRECT_URI);
    app = await startTestApp({
      COGNITO_ISSUER: provider.issuer,
      COGNITO_DOMAIN: provider.issuer,
      COGNITO_CLIENT_ID: provider.clientId,
      COGNITO_CLIENT_SECRET: provider.clientSecret,
    });
  });
  after(async () => {
    await app?.close();
    await provider?.close();
  });

  const code = (name: string, nonce?: string): Promise<CallbackBody> =>
    hostedLogin(app.client(), REDIRECT_URI, { login: name, password: 'any' }, nonce);

  it('walks from the login page to a session', async () => {
    const answer = await app.client().post(CALLBACK, await code('olivia', 'n-0S6_WzA2Mj'));
    expect(answer).toMatchObject({
      status: 200,
      body: {
        data: {
          user: {
            email: 'olivia@example.test',
            first_name: 'Olivia',
            last_name: 'Idsdottir',
            roles: ['patient'],
          },
        },
      },
    });
    const client = app.client().as(answer.body.data.access_token);
    expect((await client.get('/api/auth/me/')).body.data).toEqual(answer.body.data.user);
    expect((await client.post('/api/auth/logout/')).status).toBe(200);
    expect(await client.get('/api/auth/me/')).toMatchObject(failure(401, 'session_ended'));
    expect(
      await app.sql('select issuer, subject from identities where user_id = $1', [answer.body.data.user.id]),
    ).toEqual([{ issuer: provider.issuer, subject: 'olivia' }]);
  });

  it('refuses a login that was started with another nonce', async () => {
    const body = await code('nonce', 'the-right-one');
    expect(await app.client().post(CALLBACK, { ...body, nonce: 'another' })).toMatchObject(
      failure(401, 'cognito_tokens_rejected'),
    );
    expect(await app.sql(`select from users where email = 'nonce@example.test'`)).toHaveLength(0);
  });

  it('opens one account for two first logins at once', async () => {
    const bodies = await Promise.all([code('twice'), code('twice')]);
    const answers = await Promise.all(bodies.map((body) => app.client().post(CALLBACK, body)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]?.body.data.user.id).toBe(answers[1]?.body.data.user.id);
  });

  it('accepts the provider’s access token and refuses its ID token', async () => {
    const first = await code('bearer');
    expect((await app.client().post(CALLBACK, first)).status).toBe(200);
    const second = await code('bearer');
    const response = await fetch(`${provider.issuer}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: second.code,
        code_verifier: second.code_verifier,
        redirect_uri: second.redirect_uri,
      }),
      headers: {
        authorization: `Basic ${Buffer.from(
          `${encodeURIComponent(provider.clientId)}:${encodeURIComponent(provider.clientSecret)}`,
        ).toString('base64')}`,
      },
    });
    const tokens = (await response.json()) as { access_token: string; id_token: string };
    expect((await app.client().as(tokens.access_token).get('/api/auth/me/')).body.data).toMatchObject({
      email: 'bearer@example.test',
    });
    expect(await app.client().as(tokens.id_token).get('/api/auth/me/')).toMatchObject(
      failure(401, 'access_token_required'),
    );
  });
});
