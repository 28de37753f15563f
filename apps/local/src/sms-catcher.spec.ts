import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import PostalMime from 'postal-mime';
import { loadConfig, SmsSender } from '#platform';
import { freePort } from './ports.ts';
import { type SmsCatcher, startSmsCatcher } from './sms-catcher.ts';

const ACCOUNT = { accountSid: 'AC0123456789abcdef0123456789abcdef', authToken: 'secret' };

describe('the SMS catcher, and the sender that speaks to it', () => {
  let folder: string;
  let catcher: SmsCatcher;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'televisit-sms-'));
    catcher = await startSmsCatcher({ port: await freePort(), folder, ...ACCOUNT });
  });
  after(async () => {
    await catcher.close();
    await rm(folder, { recursive: true, force: true });
  });

  function sender(overrides: Record<string, string> = {}): SmsSender {
    return new SmsSender(
      loadConfig({
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
        SMTP_URL: 'smtp://127.0.0.1:1',
        STRIPE_SECRET_KEY: 'sk_test_none',
        STRIPE_WEBHOOK_SECRETS: 'whsec_none',
        TOKEN_SIGNING_KEY_FILE: '/dev/null',
        FIELD_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
        TWILIO_API_URL: catcher.url,
        TWILIO_ACCOUNT_SID: ACCOUNT.accountSid,
        TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
        TWILIO_FROM: '+15005550006',
        ...overrides,
      }),
    );
  }

  it('keeps a message as it was written, in any script', async () => {
    await sender().send({ to: '+919876543210', text: 'आपका कोड 123456 है' });
    const [name] = await readdir(folder);
    const mail = await PostalMime.parse(await readFile(join(folder, name ?? '')));
    expect(mail.to?.[0]?.address).toBe('+919876543210@sms.invalid');
    expect(mail.text?.trim()).toBe('आपका कोड 123456 है');
  });

  it('says whether a refusal is final', async () => {
    await expect(sender().send({ to: '+15005550009', text: 'x' })).rejects.toMatchObject({
      code: 21_614,
      final: true,
    });
    await expect(
      sender({ TWILIO_AUTH_TOKEN: 'wrong' }).send({ to: '+33612345678', text: 'x' }),
    ).rejects.toMatchObject({ code: 20_003, final: false });
  });

  it('needs an account', async () => {
    const without = sender({ TWILIO_FROM: '' });
    expect(without.available).toBe(false);
    await expect(without.send({ to: '+33612345678', text: 'x' })).rejects.toThrow('No SMS provider');
  });
});
