import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import Stripe from 'stripe';
import { verifyStripeSignature } from './stripe-signature.ts';

const NOW = Temporal.Instant.from('2026-03-01T12:00:00Z');
const AT = NOW.epochMilliseconds / 1000;
const BODY = Buffer.from('{"id":"evt_1","name":"Zoë"}');
const SECRET = 'whsec_one';

const hmac = (body: Uint8Array, secret: string, at: number) =>
  createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex');
const header = (at = AT, secret = SECRET) => `t=${at},v1=${hmac(BODY, secret, at)}`;
const verify = (
  signature: string,
  { body = BODY, secrets = [SECRET] }: { body?: Uint8Array; secrets?: string[] } = {},
) => verifyStripeSignature(body, signature, secrets, NOW);
const forged = expect.objectContaining({ code: 'webhook_signature_invalid' });
const untimely = expect.objectContaining({ code: 'webhook_timestamp_outside_tolerance' });

describe('Stripe’s signature', () => {
  it('accepts what Stripe’s own library signs', () => {
    const payload = BODY.toString('utf8');
    const signature = new Stripe('sk_test_x').webhooks.generateTestHeaderString({
      payload,
      secret: SECRET,
      timestamp: AT,
    });
    expect(() => verify(signature)).not.toThrow();
  });

  it('accepts any of several signatures and of several secrets', () => {
    expect(() => verify(`t=${AT},v1=00,v1=${hmac(BODY, SECRET, AT)},v0=11`)).not.toThrow();
    expect(() => verify(header(AT, 'whsec_two'), { secrets: [SECRET, 'whsec_two'] })).not.toThrow();
  });

  it('refuses another secret, scheme, time and every changed byte', () => {
    expect(() => verify(header(AT, 'whsec_two'))).toThrow(forged);
    expect(() => verify(`t=${AT},v0=${hmac(BODY, SECRET, AT)}`)).toThrow(forged);
    expect(() => verify(`t=${AT - 1},v1=${hmac(BODY, SECRET, AT)}`)).toThrow(forged);
    for (const nonsense of ['', 't=', `v1=${hmac(BODY, SECRET, AT)}`, `t=NaN,v1=${'0'.repeat(64)}`]) {
      expect(() => verify(nonsense)).toThrow(forged);
    }
    for (let index = 0; index < BODY.length; index += 1) {
      const body = Buffer.from(BODY);
      body[index] = (body[index] ?? 0) ^ 1;
      expect(() => verify(header(), { body })).toThrow(forged);
    }
  });

  it('takes the bytes as they came, not the text that they stand for', () => {
    const withMark = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), BODY]);
    expect(() => verify(header(), { body: withMark })).toThrow(forged);
  });

  it('refuses what was signed more than five minutes ago or is signed for later', () => {
    for (const at of [AT - 300, AT + 300]) expect(() => verify(header(at))).not.toThrow();
    for (const at of [AT - 301, AT + 301]) expect(() => verify(header(at))).toThrow(untimely);
  });
});
