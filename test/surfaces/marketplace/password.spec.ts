import { after, afterEach, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { Clock } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { failure } from '../../support/matchers.ts';
import { PASSWORD, type Person, register } from '../../support/people.ts';

const FORGOT = '/api/auth/password/forgot/';
const RESET = '/api/auth/password/reset/';
const CHANGE = '/api/auth/password/change/';
const NEW_PASSWORD = 'a new horse, a new battery';

describe('passwords', () => {
  let app: TestApp;

  before(async () => {
    app = await startTestApp();
  });
  after(async () => app?.close());
  afterEach(() => mock.restoreAll());

  const later = (duration: Temporal.DurationLike) => {
    // A mock over a mock would be restored to the first one.
    mock.restoreAll();
    mock.method(app.nest.get(Clock), 'now', () => Temporal.Now.instant().add(duration));
  };
  const logIn = (person: Person, password = PASSWORD) =>
    app.client().post('/api/auth/login/', { email: person.email, password });
  const forgot = (email: string) => app.client().post(FORGOT, { email });
  const reset = (token: string, password = NEW_PASSWORD) => app.client().post(RESET, { token, password });
  const mails = async (email: string) => {
    await app.drained();
    return mailsTo(app, email);
  };
  const tokens = async (email: string) =>
    (await mails(email)).flatMap(({ text }) => /#token=(\S+)/.exec(text)?.[1] ?? []);
  const tokenFor = async (person: Person) => {
    await forgot(person.email);
    return (await tokens(person.email)).at(-1) ?? 'none';
  };

  describe('that are forgotten', () => {
    it('are replaced by way of a mailed link', async () => {
      const person = await register(app);
      const answer = await forgot(person.email.toUpperCase());
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 202,
        body: {
          data: null,
          message: 'If an account has this address, a link is on its way.',
          status: 'success',
        },
      });
      const [mail] = await mails(person.email);
      const [token = ''] = await tokens(person.email);
      expect(mail).toMatchObject({
        subject: 'A new password for Televisit',
        text: expect.stringContaining(`\n\n${app.url}/reset-password?lang=en#token=${token}\n\n`),
      });
      const { refresh_token } = (await logIn(person)).body.data;

      const done = await reset(token);
      expect(done).toMatchObject({
        status: 200,
        body: { data: null, message: 'The password is set. Log in.' },
      });
      expect(await logIn(person)).toMatchObject(failure(401, 'wrong_credentials'));
      const login = await logIn(person, NEW_PASSWORD);
      // Who reads the mail has the address.
      expect(login.body.data.user.email_verified).toBe(true);
      expect((await person.client.get('/api/auth/me/')).status).toBe(401);
      expect((await app.client().post('/api/auth/refresh/', { refresh_token })).status).toBe(401);
      expect((await mails(person.email)).map(({ subject }) => subject)).toEqual([
        'A new password for Televisit',
        'Your Televisit password was changed',
      ]);
      expect(await reset(token)).toMatchObject(failure(410, 'reset_link_void'));
      const audited = await app.sql(`select action from audit_log where resource_id = $1`, [person.userId]);
      expect(audited).toEqual([{ action: 'account.reset_password' }]);
    });

    it('are answered alike for an address that nobody has', async () => {
      const person = await register(app);
      const [known, unknown] = [await forgot(person.email), await forgot('nobody@example.test')];
      expect(unknown.status).toBe(known.status);
      expect(unknown.body).toEqual(known.body);
      expect(await mails('nobody@example.test')).toEqual([]);
      expect((await forgot('no address')).status).toBe(400);
    });

    it('get a link that works once, when it comes twice at once', async () => {
      const token = await tokenFor(await register(app));
      const answers = await Promise.all([1, 2, 3].map(() => reset(token)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410, 410]);
    });

    it('get a link that works for thirty minutes', async () => {
      const person = await register(app);
      const token = await tokenFor(person);
      later({ minutes: 30, seconds: 1 });
      expect(await reset(token)).toMatchObject(failure(410, 'reset_link_void'));
      later({ minutes: 29 });
      expect((await reset(token)).status).toBe(200);
    });

    it('get one link that works, the newest', async () => {
      const person = await register(app);
      const [first, second] = [await tokenFor(person), await tokenFor(person)];
      expect(await reset(first)).toMatchObject(failure(410, 'reset_link_void'));
      expect((await reset(second)).status).toBe(200);
    });

    it('get five mails an hour', async () => {
      const person = await register(app);
      for (let i = 0; i < 8; i += 1) expect((await forgot(person.email)).status).toBe(202);
      const sent = await tokens(person.email);
      expect(sent).toHaveLength(5);
      later({ minutes: 61 });
      await forgot(person.email);
      expect(await tokens(person.email)).toHaveLength(6);
    });

    it('leave the link as it is when the new one is weak', async () => {
      const token = await tokenFor(await register(app));
      expect(await reset(token, 'password123')).toMatchObject({
        status: 400,
        body: { details: { code: 'password_too_weak', reason: 'common' } },
      });
      expect((await reset(token, 'short')).body.details.code).toBe('validation_failed');
      expect((await reset(token)).status).toBe(200);
    });

    it('get no link that somebody could make up', async () => {
      const token = await tokenFor(await register(app));
      const changed = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
      for (const made of [changed, token.slice(0, 22), 'x', '🌬', 'a'.repeat(200)]) {
        expect(await reset(made)).toMatchObject(failure(410, 'reset_link_void'));
      }
      expect((await reset('a'.repeat(201))).status).toBe(400);
    });

    it('are not answered for an account that is disabled, and elsewhere for one without', async () => {
      const [disabled, elsewhere] = [await register(app), await register(app, 'patient', { language: 'es' })];
      await app.sql(`update users set status = 'disabled' where id = $1`, [disabled.userId]);
      await app.sql(`update users set password_hash = null where id = $1`, [elsewhere.userId]);
      await forgot(disabled.email);
      await forgot(elsewhere.email);
      expect(await mails(disabled.email)).toEqual([]);
      expect(await mails(elsewhere.email)).toMatchObject([{ subject: 'Su acceso a Televisit' }]);
    });

    it('stand in no table and no job', async () => {
      const token = await tokenFor(await register(app));
      const [row] = await app.sql<{ text: string }>(
        `select (select string_agg(r::text, ' ') from password_resets r)
           || (select string_agg(j::text, ' ') from pgboss.job j) as text`,
      );
      expect(row?.text).not.toContain(token.slice(22));
    });

    it('rid the account of what a stranger set up who registered with the address', async () => {
      const owner = await register(app);
      await app.sql(
        `update users set second_factor_since = now(), phone = '+33612345678', phone_verified_at = now() where id = $1`,
        [owner.userId],
      );
      await reset(await tokenFor(owner));
      expect((await logIn(owner, NEW_PASSWORD)).body.data.user).toMatchObject({
        second_factor: false,
        phone_verified: false,
        email_verified: true,
      });
      // Once the address has been proved, they are the owner's.
      await app.sql(`update users set second_factor_since = now() where id = $1`, [owner.userId]);
      await reset(await tokenFor(owner), PASSWORD);
      expect((await logIn(owner)).body.data).toMatchObject({ second_factor_required: true });
    });
  });

  describe('on the page that the link leads to', () => {
    const submit = (form: Record<string, string>) =>
      app
        .client()
        .with({ 'content-type': 'application/x-www-form-urlencoded' })
        .post('/reset-password', new URLSearchParams(form).toString());

    it('are set with a form', async () => {
      const person = await register(app);
      const token = await tokenFor(person);
      const form = await app.client().get('/reset-password');
      expect(form.status).toBe(200);
      expect(form.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(form.headers.get('referrer-policy')).toBe('no-referrer');
      expect(form.body).toContain('<script src="/reset-password/token.js" defer></script>');
      for (const file of ['style.css', 'token.js']) {
        expect((await app.client().get(`/reset-password/${file}`)).status).toBe(200);
      }

      const weak = await submit({ token, password: 'qwertyuiop' });
      expect(weak.status).toBe(400);
      expect(weak.body).toContain(`name="token" value="${token}"`);
      expect(weak.body).toContain('This password is on every list of leaked ones.');
      const done = await submit({ token, password: NEW_PASSWORD });
      expect(done.status).toBe(200);
      expect(done.body).toContain('The password is set');
      expect((await logIn(person, NEW_PASSWORD)).status).toBe(200);
      const again = await submit({ token, password: NEW_PASSWORD });
      expect(again.status).toBe(410);
      expect(again.body).toContain('This link no longer works');
    });

    it('speak the language of the mail, else that of the browser', async () => {
      const person = await register(app, 'patient', { language: 'fr' });
      await forgot(person.email);
      const [mail] = await mails(person.email);
      const [, path = ''] = /(\/reset-password\S*)#/.exec(mail?.text ?? '') ?? [];
      const form = await app.client().get(path);
      expect(form.body).toContain('<html lang="fr">');
      expect(form.body).toContain('<h1>Nouveau mot de passe</h1>');
      expect(form.body).toContain('action="/reset-password?lang=fr"');
      const spanish = await app.client().with({ 'accept-language': 'es-MX,en;q=0.5' }).get('/reset-password');
      expect(spanish.body).toContain('<h1>Nueva contraseña</h1>');
      const [token = ''] = await tokens(person.email);
      const submitted = (fields: Record<string, string>) =>
        app
          .client()
          .with({ 'content-type': 'application/x-www-form-urlencoded' })
          .post(path, new URLSearchParams(fields).toString());
      expect((await submitted({ token, password: 'court' })).body).toContain('au moins 10 caractères');
      expect((await submitted({ token, password: NEW_PASSWORD })).body).toContain('Vous avez été déconnecté');
      expect((await submitted({ token, password: NEW_PASSWORD })).body).toContain(
        'Ce lien ne fonctionne plus',
      );
    });

    it('show nothing that was sent as markup', async () => {
      const answer = await submit({ token: '"><script>', password: 'short' });
      expect(answer.body).not.toContain('"><script>');
    });
  });

  describe('that are changed', () => {
    it('take the old one, and end every other session', async () => {
      const person = await register(app);
      const elsewhere = (await logIn(person)).body.data.access_token;
      const waiting = await tokenFor(person);
      const change = (current_password: string, password: string) =>
        person.client.post(CHANGE, { current_password, password });

      expect(await change('wrong', NEW_PASSWORD)).toMatchObject(failure(403, 'wrong_password'));
      expect(await change(PASSWORD, person.email)).toMatchObject({
        status: 400,
        body: { details: { code: 'password_too_weak', reason: 'personal' } },
      });
      expect(await change(PASSWORD, NEW_PASSWORD)).toMatchObject({
        status: 200,
        body: { data: null, message: 'The password is changed.' },
      });
      expect((await person.client.get('/api/auth/me/')).status).toBe(200);
      expect((await app.client().as(elsewhere).get('/api/auth/me/')).status).toBe(401);
      expect((await logIn(person, NEW_PASSWORD)).status).toBe(200);
      expect((await mails(person.email)).at(-1)?.subject).toBe('Your Televisit password was changed');
      // A link from before would undo it.
      expect(await reset(waiting)).toMatchObject(failure(410, 'reset_link_void'));
      expect((await app.client().post(CHANGE, {})).status).toBe(401);
    });

    it('exist', async () => {
      const person = await register(app);
      await app.sql('update users set password_hash = null where id = $1', [person.userId]);
      const answer = await person.client.post(CHANGE, { current_password: 'x', password: NEW_PASSWORD });
      expect(answer).toMatchObject(failure(409, 'password_not_set'));
    });
  });

  it('that are easy to guess open no account', async () => {
    const answer = await app.client().post('/api/auth/register/', {
      email: 'guessable@example.test',
      password: 'Password123',
      first_name: 'Ada',
      last_name: 'Byron',
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { details: { code: 'password_too_weak', reason: 'common' } },
    });
  });
});
