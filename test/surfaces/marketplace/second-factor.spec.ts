import { after, afterEach, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { generateSync } from 'otplib';
import { Clock } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { failure } from '../../support/matchers.ts';
import { PASSWORD, type Person, register, registerAdmin } from '../../support/people.ts';

const FACTOR = '/api/auth/second-factor/';
const CONFIRM = `${FACTOR}confirm/`;
const CODES = `${FACTOR}recovery-codes/`;
const RECOVERY_CODE = /^[a-z2-9]{5}-[a-z2-9]{5}$/;

describe('a second factor', () => {
  let app: TestApp;
  /** How far the clock of the server is ahead of ours, in seconds. */
  let ahead = 0;

  before(async () => {
    app = await startTestApp();
  });
  after(async () => app?.close());
  afterEach(() => {
    mock.restoreAll();
    ahead = 0;
  });

  const wait = (seconds: number) => {
    ahead += seconds;
    mock.restoreAll();
    mock.method(app.nest.get(Clock), 'now', () => Temporal.Now.instant().add({ seconds: ahead }));
  };
  /** What an authenticator with the secret shows, `steps` of 30 seconds from now. */
  const codeOf = (secret: string, steps = 0) =>
    generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + ahead + steps * 30 });
  const wrongFor = (secret: string) => {
    const right = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps));
    return ['000000', '111111', '222222', '333333', '444444', '555555'].find(
      (code) => !right.includes(code),
    ) as string;
  };
  const logIn = (person: Person) =>
    app.client().post('/api/auth/login/', { email: person.email, password: PASSWORD });
  const challenge = async (person: Person): Promise<string> =>
    (await logIn(person)).body.data.challenge_token;
  const complete = (challenge_token: string, code: string) =>
    app.client().post('/api/auth/login/second-factor/', { challenge_token, code });

  /** Somebody with the factor on, whose last code is of a step that is over. */
  const enrolled = async () => {
    const person = await register(app);
    const secret: string = (await person.client.post(FACTOR)).body.data.secret;
    const confirmed = await person.client.post(CONFIRM, { code: codeOf(secret) });
    const recoveryCodes: string[] = confirmed.body.data.recovery_codes;
    wait(60);
    return { person, secret, recoveryCodes };
  };

  describe('setting it up', () => {
    it('takes a secret, a code of it, and gives recovery codes', async () => {
      const person = await register(app);
      const elsewhere = (await logIn(person)).body.data.access_token;
      expect((await person.client.get(FACTOR)).body.data).toEqual({
        enabled: false,
        since: null,
        recovery_codes_left: 0,
      });

      const begun = await person.client.post(FACTOR);
      expect(begun.headers.get('cache-control')).toBe('no-store');
      expect({ status: begun.status, body: begun.body }).toEqual({
        status: 200,
        body: {
          data: {
            secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
            uri: expect.stringMatching(/^otpauth:\/\/totp\/Televisit/),
            qr_code: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
          },
          message: 'Confirm with a code of the authenticator.',
          status: 'success',
        },
      });
      const { secret, uri, qr_code } = begun.body.data;
      const parameters = new URL(uri).searchParams;
      expect(decodeURIComponent(new URL(uri).pathname)).toContain(`Televisit:${person.email}`);
      expect(parameters.get('secret')).toBe(secret);
      expect(parameters.get('issuer')).toBe('Televisit');
      expect(Buffer.from(qr_code.split(',')[1], 'base64').toString()).toMatch(/^<svg/);
      // Nothing is asked for until it is confirmed.
      expect((await logIn(person)).body.data.access_token).toEqual(expect.any(String));

      expect(await person.client.post(CONFIRM, { code: wrongFor(secret) })).toMatchObject(
        failure(400, 'code_wrong'),
      );
      const confirmed = await person.client.post(CONFIRM, { code: codeOf(secret) });
      expect(confirmed).toMatchObject({ status: 200, body: { message: 'The second factor is on.' } });
      const codes: string[] = confirmed.body.data.recovery_codes;
      expect(new Set(codes).size).toBe(10);
      for (const code of codes) expect(code).toMatch(RECOVERY_CODE);

      expect((await person.client.get(FACTOR)).body.data).toEqual({
        enabled: true,
        since: expect.any(String),
        recovery_codes_left: 10,
      });
      expect((await person.client.get('/api/auth/me/')).body.data.second_factor).toBe(true);
      // Whoever was let in with the password alone is out.
      expect((await app.client().as(elsewhere).get('/api/auth/me/')).status).toBe(401);
      expect(await person.client.post(FACTOR)).toMatchObject(failure(409, 'second_factor_enabled'));
      expect(await person.client.post(CONFIRM, { code: codeOf(secret, 1) })).toMatchObject(
        failure(409, 'second_factor_enabled'),
      );
      await app.drained();
      expect((await mailsTo(app, person.email)).map(({ subject }) => subject)).toEqual([
        'Two-step login is on',
      ]);
    });

    it('keeps neither the secret nor the codes readable', async () => {
      const { person, secret, recoveryCodes } = await enrolled();
      const [row] = await app.sql<{ secret: Buffer; hashes: Buffer[] }>(
        `select secret, (select array_agg(code_hash) from recovery_codes where user_id = $1) as hashes
         from second_factors where user_id = $1`,
        [person.userId],
      );
      expect(row?.secret.includes(Buffer.from(secret))).toBe(false);
      expect(row?.hashes).toHaveLength(10);
      for (const hash of row?.hashes ?? []) expect(hash).toHaveLength(32);
      expect(JSON.stringify(row?.hashes)).not.toContain(recoveryCodes[0]);
    });

    it('begins with a secret, and begins anew with another', async () => {
      const person = await register(app);
      expect(await person.client.post(CONFIRM, { code: '123456' })).toMatchObject(
        failure(409, 'second_factor_not_begun'),
      );
      const [first, second] = [
        (await person.client.post(FACTOR)).body.data.secret,
        (await person.client.post(FACTOR)).body.data.secret,
      ];
      expect(await person.client.post(CONFIRM, { code: codeOf(first) })).toMatchObject(
        failure(400, 'code_wrong'),
      );
      expect((await person.client.post(CONFIRM, { code: codeOf(second) })).status).toBe(200);
      for (const code of ['12345', 'abcdef', 123456, '']) {
        expect((await person.client.post(CONFIRM, { code })).body.details.code).toBe('validation_failed');
      }
      expect((await app.client().post(FACTOR)).status).toBe(401);
    });

    it('is not for an account without a password', async () => {
      const person = await register(app);
      await app.sql('update users set password_hash = null where id = $1', [person.userId]);
      expect(await person.client.post(FACTOR)).toMatchObject(failure(409, 'password_not_set'));
    });
  });

  describe('logging in', () => {
    it('answers a challenge, which is traded for a session with a code', async () => {
      const { person, secret } = await enrolled();
      const first = await logIn(person);
      expect({ status: first.status, body: first.body }).toEqual({
        status: 200,
        body: {
          data: {
            second_factor_required: true,
            challenge_token: expect.any(String),
            expires_in: 300,
          },
          message: 'Password accepted.',
          status: 'success',
        },
      });
      const token = first.body.data.challenge_token;
      expect((await app.client().as(token).get('/api/auth/me/')).status).toBe(401);
      const answer = await complete(token, codeOf(secret));
      expect(answer).toMatchObject({
        status: 200,
        body: {
          data: { token_type: 'bearer', expires_in: 900, user: { id: person.userId, second_factor: true } },
          message: 'Logged in.',
        },
      });
      expect((await app.client().as(answer.body.data.access_token).get('/api/auth/me/')).status).toBe(200);
      expect(await complete(token, codeOf(secret, 1))).toMatchObject(failure(401, 'challenge_ended'));
    });

    it('takes each code once, and none of a step before it', async () => {
      const { person, secret } = await enrolled();
      const code = codeOf(secret);
      expect((await complete(await challenge(person), code)).status).toBe(200);
      expect(await complete(await challenge(person), code)).toMatchObject(failure(400, 'code_wrong'));
      expect(await complete(await challenge(person), codeOf(secret, -1))).toMatchObject(
        failure(400, 'code_wrong'),
      );
      expect((await complete(await challenge(person), codeOf(secret, 1))).status).toBe(200);
    });

    it('takes a code once when it comes to several challenges at once', async () => {
      const { person, secret } = await enrolled();
      const tokens = await Promise.all([1, 2, 3, 4].map(() => challenge(person)));
      const code = codeOf(secret);
      const answers = await Promise.all(tokens.map((token) => complete(token, code)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400, 400]);
    });

    it('forgives a clock that is half a minute off, and no more', async () => {
      const { person, secret } = await enrolled();
      for (const steps of [-2, 2]) {
        expect(await complete(await challenge(person), codeOf(secret, steps))).toMatchObject(
          failure(400, 'code_wrong'),
        );
      }
      expect((await complete(await challenge(person), codeOf(secret, -1))).status).toBe(200);
      expect((await complete(await challenge(person), codeOf(secret, 1))).status).toBe(200);
    });

    it('takes each recovery code once, however it is typed', async () => {
      const { person, recoveryCodes } = await enrolled();
      const [one = '', other = ''] = recoveryCodes;
      expect((await complete(await challenge(person), one)).status).toBe(200);
      expect(await complete(await challenge(person), one)).toMatchObject(failure(400, 'code_wrong'));
      const typed = ` ${other.toUpperCase().replace('-', ' ')} `;
      expect((await complete(await challenge(person), typed)).status).toBe(200);
      expect((await person.client.get(FACTOR)).body.data.recovery_codes_left).toBe(8);
    });

    it('gives up a challenge after five wrong codes, or five minutes', async () => {
      const { person, secret } = await enrolled();
      const token = await challenge(person);
      for (const attempts_left of [4, 3, 2, 1, 0]) {
        expect(await complete(token, wrongFor(secret))).toMatchObject({
          status: 400,
          body: { details: { code: 'code_wrong', attempts_left } },
        });
      }
      expect(await complete(token, codeOf(secret))).toMatchObject(failure(401, 'challenge_ended'));
      const late = await challenge(person);
      wait(301);
      expect(await complete(late, codeOf(secret))).toMatchObject(failure(401, 'challenge_ended'));
      expect(await complete('made-up', codeOf(secret))).toMatchObject(failure(401, 'challenge_ended'));
      expect((await complete(await challenge(person), codeOf(secret))).status).toBe(200);
    });

    it('judges no more than twenty wrong codes an hour, over all challenges', async () => {
      const { person, secret } = await enrolled();
      const wrong = wrongFor(secret);
      const statuses: number[] = [];
      for (let i = 0; i < 4; i += 1) {
        const token = await challenge(person);
        const answers = await Promise.all(Array.from({ length: 5 }, () => complete(token, wrong)));
        statuses.push(...answers.map(({ status }) => status));
      }
      expect(statuses).toEqual(Array(20).fill(400));
      const answer = await complete(await challenge(person), codeOf(secret));
      expect(answer).toMatchObject(failure(429, 'too_many_guesses'));
      expect(answer.body.details.retry_after).toBeGreaterThan(3_000);
      wait(3_600);
      expect((await complete(await challenge(person), codeOf(secret))).status).toBe(200);
    });

    it('does not let in whoever was disabled meanwhile, or has an old password', async () => {
      const { person, secret } = await enrolled();
      const token = await challenge(person);
      await app.sql(`update users set status = 'disabled' where id = $1`, [person.userId]);
      expect(await complete(token, codeOf(secret))).toMatchObject(failure(403, 'account_disabled'));
      await app.sql(`update users set status = 'active' where id = $1`, [person.userId]);
      wait(60);
      await person.client.post('/api/auth/password/change/', {
        current_password: PASSWORD,
        password: 'another horse, another battery',
      });
      expect(await complete(token, codeOf(secret))).toMatchObject(failure(401, 'challenge_ended'));
    });
  });

  describe('changing it', () => {
    const off = (person: Person, password: string, code: string) =>
      person.client.request('DELETE', FACTOR, { password, code });

    it('asks for the password and a code', async () => {
      const { person, secret } = await enrolled();
      expect(await off(person, 'not the password', codeOf(secret))).toMatchObject(
        failure(403, 'wrong_password'),
      );
      expect(await off(person, PASSWORD, wrongFor(secret))).toMatchObject(failure(400, 'code_wrong'));
      expect((await person.client.delete(FACTOR)).body.details.code).toBe('validation_failed');
      expect(await off(person, PASSWORD, codeOf(secret))).toMatchObject({
        status: 200,
        body: { data: null, message: 'The second factor is off.' },
      });
      expect((await logIn(person)).body.data.access_token).toEqual(expect.any(String));
      expect((await person.client.get(FACTOR)).body.data).toEqual({
        enabled: false,
        since: null,
        recovery_codes_left: 0,
      });
      expect(await off(person, PASSWORD, codeOf(secret))).toMatchObject(
        failure(409, 'second_factor_not_enabled'),
      );
      await app.drained();
      expect((await mailsTo(app, person.email)).map(({ subject }) => subject).toSorted()).toEqual([
        'Two-step login is off',
        'Two-step login is on',
      ]);
      const audited = await app.sql(
        'select action from audit_log where actor_user_id = $1 order by sequence',
        [person.userId],
      );
      expect(audited.map(({ action }) => action)).toEqual([
        'account.enable_second_factor',
        'account.disable_second_factor',
      ]);
    });

    it('gives new recovery codes for the old ones', async () => {
      const { person, secret, recoveryCodes } = await enrolled();
      const renewed = await person.client.post(CODES, { password: PASSWORD, code: codeOf(secret) });
      expect(renewed).toMatchObject({ status: 200, body: { message: 'The old codes no longer work.' } });
      const [fresh] = renewed.body.data.recovery_codes;
      expect(recoveryCodes).not.toContain(fresh);
      expect(await complete(await challenge(person), recoveryCodes[0] ?? '')).toMatchObject(
        failure(400, 'code_wrong'),
      );
      expect((await complete(await challenge(person), fresh)).status).toBe(200);
    });
  });
});

describe('a server where administrators need a second factor', () => {
  let app: TestApp;
  let admin: Person;

  before(async () => {
    app = await startTestApp({ ADMIN_SECOND_FACTOR: 'required' });
    admin = await registerAdmin(app);
  });
  after(async () => app?.close());

  it('lets one without it do nothing but set it up', async () => {
    for (const path of ['/api/auth/list/', '/api/audit/logs/', '/api/auth/sessions/', '/api/appointments/']) {
      expect([path, await admin.client.get(path)]).toMatchObject([
        path,
        failure(403, 'second_factor_required'),
      ]);
    }
    expect(await admin.client.patch('/api/auth/profile/', { first_name: 'Eve' })).toMatchObject(
      failure(403, 'second_factor_required'),
    );
    expect((await admin.client.get('/api/auth/me/')).status).toBe(200);
    // What is open to everybody stays open, as to somebody who is not logged in.
    expect((await admin.client.get('/api/doctors/')).status).toBe(200);
    const login = { email: admin.email, password: PASSWORD };
    expect((await admin.client.post('/api/auth/login/', login)).status).toBe(200);

    const secret: string = (await admin.client.post(FACTOR)).body.data.secret;
    const code = generateSync({ secret, epoch: Math.floor(Date.now() / 1000) });
    expect((await admin.client.post(CONFIRM, { code })).status).toBe(200);
    expect((await admin.client.get('/api/auth/list/')).status).toBe(200);
  });

  it('asks nobody else for it', async () => {
    const patient = await register(app);
    expect((await patient.client.get('/api/auth/sessions/')).status).toBe(200);
  });

  it('leaves it to the other issuer who logs in there', async () => {
    const other = await registerAdmin(app);
    await app.sql(`update sessions set origin = 'cognito' where user_id = $1`, [other.userId]);
    expect((await other.client.get('/api/auth/list/')).status).toBe(200);
  });
});
