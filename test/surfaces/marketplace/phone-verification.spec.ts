import { after, afterEach, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { Clock } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo, smsTo } from '../../support/mailbox.ts';
import { type Person, register } from '../../support/people.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const PHONE = '/api/auth/verify/phone/';
const EMAIL = '/api/auth/verify/email/';

function failure(status: number, code: string, details = {}) {
  return { status, body: { details: { code, ...details }, status: 'error' } };
}

/** Another code than the one given. */
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('proving that a number or an address is one’s own', () => {
  let app: TestApp;
  let numbers = 0;

  before(async () => {
    app = await startTestApp();
  });
  after(async () => app?.close());
  afterEach(() => mock.restoreAll());

  const newNumber = () => `+336${String(12_345_000 + (numbers += 1))}`;
  const later = (duration: Temporal.DurationLike) => {
    // A mock over a mock would be restored to the first one.
    mock.restoreAll();
    mock.method(app.nest.get(Clock), 'now', () => Temporal.Now.instant().add(duration));
  };
  const me = async (person: Person) => (await person.client.get('/api/auth/me/')).body.data;
  const texts = async (phone: string) => {
    await app.drained();
    return smsTo(app, phone);
  };
  const codeTo = async (phone: string) => (await texts(phone)).at(-1)?.match(/\d{6}/)?.[0] ?? 'none';

  describe('a phone number', () => {
    it('is verified with the code that was sent to it', async () => {
      const phone = newNumber();
      const person = await register(app, 'patient', { phone });
      const sent = await person.client.post(PHONE);
      expect({ status: sent.status, body: sent.body }).toEqual({
        status: 200,
        body: {
          data: {
            channel: 'phone',
            recipient: phone,
            verified: false,
            expires_at: expect.stringMatching(INSTANT),
            resend_at: expect.stringMatching(INSTANT),
          },
          message: 'OK',
          status: 'success',
        },
      });
      const { expires_at, resend_at } = sent.body.data;
      expect(Date.parse(expires_at) - Date.parse(resend_at)).toBe(9.5 * 60_000);
      const code = await codeTo(phone);
      expect(await texts(phone)).toEqual([
        `${code} is your Televisit code. It works for 10 minutes. Give it to nobody.`,
      ]);

      expect(await person.client.post(PHONE, { code })).toMatchObject({
        status: 200,
        body: {
          data: { channel: 'phone', recipient: phone, verified: true, expires_at: null, resend_at: null },
        },
      });
      expect(await me(person)).toMatchObject({
        phone,
        phone_verified: true,
        phone_verified_at: expect.stringMatching(INSTANT),
      });
      // A code works once, and a verified number needs none.
      expect(await person.client.post(PHONE, { code })).toMatchObject(failure(410, 'code_void'));
      expect(await person.client.post(PHONE)).toMatchObject(failure(409, 'phone_already_verified'));
      const audited = await app.sql('select action from audit_log where actor_user_id = $1', [person.userId]);
      expect(audited).toEqual([{ action: 'account.verify_phone' }]);
    });

    it('becomes the profile’s only then', async () => {
      const [old, phone] = [newNumber(), newNumber()];
      const person = await register(app, 'patient', { phone: old });
      await person.client.post(PHONE, { phone: phone.replace('+33', '+33 ') });
      expect(await me(person)).toMatchObject({ phone: old, phone_verified: false });
      await person.client.post(PHONE, { code: await codeTo(phone) });
      expect(await me(person)).toMatchObject({ phone, phone_verified: true });
    });

    it('loses its verification when it is changed, and keeps it otherwise', async () => {
      const phone = newNumber();
      const person = await register(app);
      await person.client.post(PHONE, { phone });
      await person.client.post(PHONE, { code: await codeTo(phone) });
      await person.client.patch('/api/auth/profile/', { phone, first_name: 'Pia' });
      await person.client.patch('/api/auth/profile/', { last_name: 'Person' });
      expect(await me(person)).toMatchObject({ phone, phone_verified: true, first_name: 'Pia' });
      await person.client.patch('/api/auth/profile/', { phone: newNumber() });
      expect(await me(person)).toMatchObject({ phone_verified: false, phone_verified_at: null });
      await person.client.patch('/api/auth/profile/', { phone: null });
      expect(await me(person)).toMatchObject({ phone: null, phone_verified: false });
    });

    it('is written to in the language of its owner', async () => {
      const phones = {
        hi: 'आपका Televisit कोड',
        fr: 'votre code Televisit',
        es: 'su código',
        tlh: 'your Televisit',
      };
      for (const [language, words] of Object.entries(phones)) {
        const phone = newNumber();
        const person = await register(app, 'patient', { language, phone });
        await person.client.post(PHONE);
        expect((await texts(phone))[0]).toContain(words);
      }
    });

    it('must be one', async () => {
      const person = await register(app);
      expect(await person.client.post(PHONE)).toMatchObject(failure(400, 'phone_missing'));
      for (const phone of ['+999123456789', '+3312', '0612345678', 'call me', 'call +33612345678 now']) {
        expect([phone, await person.client.post(PHONE, { phone })]).toMatchObject([
          phone,
          failure(400, 'phone_invalid'),
        ]);
      }
      const answer = await person.client.post(PHONE, { phone: newNumber(), code: '123456' });
      expect(answer).toMatchObject({ status: 400, body: { details: { code: 'validation_failed' } } });
      for (const code of ['12345', '1234567', 'abcdef', '१२३४५६', 123456, ['123456'], null]) {
        expect((await person.client.post(PHONE, { code })).body.details.code).toBe('validation_failed');
      }
      expect(await person.client.post(PHONE, { code: '123456' })).toMatchObject(failure(410, 'code_void'));
      expect((await app.client().post(PHONE, { phone: newNumber() })).status).toBe(401);
    });
  });

  describe('a code', () => {
    const asked = async () => {
      const phone = newNumber();
      const person = await register(app, 'patient', { phone });
      await person.client.post(PHONE);
      return { person, phone, code: await codeTo(phone) };
    };

    it('is void after five guesses', async () => {
      const { person, code } = await asked();
      for (const attempts_left of [4, 3, 2, 1, 0]) {
        expect(await person.client.post(PHONE, { code: wrong(code) })).toMatchObject(
          failure(400, 'code_wrong', { attempts_left }),
        );
      }
      expect(await person.client.post(PHONE, { code })).toMatchObject(failure(410, 'code_void'));
      expect((await me(person)).phone_verified).toBe(false);
    });

    it('is void after five guesses that come at once with fifteen others', async () => {
      const { person, code } = await asked();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => person.client.post(PHONE, { code: wrong(code) })),
      );
      const codes = answers.map(({ body }): string => body.details.code).toSorted();
      expect(codes).toEqual([...Array(15).fill('code_void'), ...Array(5).fill('code_wrong')]);
      expect(await person.client.post(PHONE, { code })).toMatchObject(failure(410, 'code_void'));
    });

    it('is taken once when it comes twice at once', async () => {
      const { person, code } = await asked();
      const answers = await Promise.all([1, 2, 3].map(() => person.client.post(PHONE, { code })));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410, 410]);
    });

    it('works for ten minutes', async () => {
      const [late, timely] = [await asked(), await asked()];
      later({ minutes: 9, seconds: 50 });
      expect((await timely.person.client.post(PHONE, { code: timely.code })).status).toBe(200);
      later({ minutes: 10, seconds: 1 });
      // Its session has expired by no means: only the code has.
      expect(await late.person.client.post(PHONE, { code: late.code })).toMatchObject(
        failure(410, 'code_void'),
      );
    });

    it('gives way to the next one', async () => {
      const { person, phone, code } = await asked();
      later({ seconds: 31 });
      await person.client.post(PHONE);
      const next = await codeTo(phone);
      if (next !== code) {
        expect(await person.client.post(PHONE, { code })).toMatchObject(failure(400, 'code_wrong'));
      }
      expect((await person.client.post(PHONE, { code: next })).status).toBe(200);
    });

    it('is nobody else’s', async () => {
      const { code } = await asked();
      const { person: stranger, code: own } = await asked();
      if (own === code) return;
      expect(await stranger.client.post(PHONE, { code })).toMatchObject(failure(400, 'code_wrong'));
    });

    it('stands nowhere in the database', async () => {
      const { person, code } = await asked();
      const [row] = await app.sql<{ text: string }>(
        `select (select string_agg(c::text, ' ') from contact_codes c where user_id = $1)
           || (select string_agg(j.data::text, ' ') from pgboss.job j where name = 'auth.send-code') as text`,
        [person.userId],
      );
      expect(row?.text).toContain('+336');
      // Surrounded by other digits it may appear by chance, in an id.
      expect(row?.text).not.toMatch(new RegExp(`(?<![0-9a-f-])${code}(?![0-9a-f-])`));
    });
  });

  describe('asking for codes', () => {
    it('is possible every 30 seconds, and five times an hour', async () => {
      const phone = newNumber();
      const person = await register(app, 'patient', { phone });
      const askAt = async (seconds: number) => {
        // A message that is still waiting would be dropped for the next one.
        await app.drained();
        later({ seconds });
        return person.client.post(PHONE);
      };
      expect((await askAt(0)).status).toBe(200);
      const tooSoon = await askAt(20);
      expect(tooSoon).toMatchObject({ status: 429, body: { details: { code: 'too_many_codes' } } });
      expect(tooSoon.body.details.retry_after).toBeGreaterThan(0);
      expect(tooSoon.body.details.retry_after).toBeLessThanOrEqual(10);
      for (const at of [31, 62, 93]) expect((await askAt(at)).status).toBe(200);
      const fifth = await askAt(124);
      // After the fifth the next one has to wait until the first is an hour old.
      expect(Date.parse(fifth.body.data.resend_at) - Date.now()).toBeGreaterThan(59 * 60_000);
      const sixth = await askAt(600);
      expect(sixth.status).toBe(429);
      expect(sixth.body.details.retry_after).toBeGreaterThan(2_900);
      expect(await texts(phone)).toHaveLength(5);
    });

    it('counts for a number, whoever asks, and for a user, whatever the number', async () => {
      const phone = newNumber();
      const [one, other] = [await register(app), await register(app)];
      expect((await one.client.post(PHONE, { phone })).status).toBe(200);
      expect((await other.client.post(PHONE, { phone })).status).toBe(429);
      expect((await one.client.post(PHONE, { phone: newNumber() })).status).toBe(429);
      expect((await other.client.post(PHONE, { phone: newNumber() })).status).toBe(200);
    });

    it('sends one code when it is done twenty times at once', async () => {
      const phone = newNumber();
      const person = await register(app, 'patient', { phone });
      const answers = await Promise.all(Array.from({ length: 20 }, () => person.client.post(PHONE)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(19);
      expect(await texts(phone)).toHaveLength(1);
    });
  });

  describe('an e-mail address', () => {
    it('is verified with the code that was sent to it', async () => {
      const person = await register(app, 'patient', { language: 'fr' });
      expect(await person.client.post(EMAIL)).toMatchObject({
        status: 200,
        body: { data: { channel: 'email', recipient: person.email, verified: false } },
      });
      await app.drained();
      const [mail] = await mailsTo(app, person.email);
      const code = mail?.subject.match(/\d{6}/)?.[0] ?? '';
      expect(mail).toMatchObject({
        subject: `${code} est votre code Televisit`,
        text: expect.stringContaining(`Bonjour Paul,\n\nvotre code est ${code}.`),
      });
      expect(await person.client.post(EMAIL, { code: wrong(code) })).toMatchObject(
        failure(400, 'code_wrong', { attempts_left: 4 }),
      );
      // A code for one is none for the other.
      expect(await person.client.post(PHONE, { code })).toMatchObject(failure(410, 'code_void'));
      expect(await person.client.post(EMAIL, { code })).toMatchObject({
        status: 200,
        body: { data: { channel: 'email', recipient: person.email, verified: true } },
      });
      expect(await me(person)).toMatchObject({
        email_verified: true,
        email_verified_at: expect.stringMatching(INSTANT),
      });
      expect(await person.client.post(EMAIL)).toMatchObject(failure(409, 'email_already_verified'));
    });
  });
});
