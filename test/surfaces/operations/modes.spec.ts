import { describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';

const REDIS_URL = process.env['REDIS_URL'];

const ORIGIN = 'https://app.televisit.example';
const BASE_URL = 'https://televisit.example';

const PRODUCTION = {
  NODE_ENV: 'production',
  BASE_URL,
  ALLOWED_ORIGINS: ORIGIN,
  TRUST_PROXY_HOPS: '1',
  STRIPE_SECRET_KEY: 'sk_live_televisit',
  VISIT_OPENS_MINUTES: '15',
  SELLER_NAME: 'Televisit',
  SELLER_ADDRESS: '2 rue de Rivoli, 75001 Paris',
  STRIPE_API_URL: '',
  RAZORPAY_KEY_ID: 'rzp_live_televisit',
  RAZORPAY_API_URL: '',
  TWILIO_API_URL: '',
  MAIL_SPOOL_DIR: '',
  REDIS_URL: REDIS_URL ?? '',
};

/** Past the test client, which lets no answer pass that is not published: a defect is none. */
async function defect(client: Client): Promise<{ headers: Headers; status: number; body: unknown }> {
  const { headers, status, ...answer } = await client.raw('GET', '/api/doctors/');
  return { headers, status, body: JSON.parse(answer.text) };
}

/** A fault of ours: the table that the answer needs is not there. */
const FAULT = 'alter table doctors rename to doctors_elsewhere';

describe('the server', () => {
  it('in development tells what a defect is, and serves every origin', async () => {
    const app = await startTestApp({ NODE_ENV: 'development' });
    try {
      await app.sql(FAULT);
      const answer = await defect(app.client().with({ origin: 'http://localhost:3000' }));
      expect(answer.status).toBe(500);
      expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
      expect(answer.body).toEqual({
        error: 'Something went wrong on our side.',
        details: {
          code: 'internal_error',
          request_id: answer.headers.get('x-request-id'),
          message: expect.stringContaining('relation "doctors" does not exist'),
          stack: expect.arrayContaining([expect.stringMatching(/^at /)]),
        },
        status: 'error',
      });
    } finally {
      await app.close();
    }
  });

  it('in production tells nothing, serves its own origin, https only', { skip: !REDIS_URL }, async () => {
    const app = await startTestApp(PRODUCTION);
    try {
      await app.sql(FAULT);
      const secure = app.client().with({ 'x-forwarded-proto': 'https' });
      const answer = await defect(secure.with({ origin: ORIGIN }));
      expect(answer.status).toBe(500);
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(answer.headers.get('strict-transport-security')).toContain('max-age=31536000');
      expect(answer.body).toMatchObject({
        details: { code: 'internal_error', request_id: answer.headers.get('x-request-id') },
      });
      expect(JSON.stringify(answer.body)).not.toContain('relation');
      const foreign = await secure.with({ origin: 'http://localhost:3000' }).get('/health');
      expect(foreign.headers.get('access-control-allow-origin')).toBeNull();

      const plain = await app.client().get('/api/doctors/?search=a');
      expect(plain.status).toBe(308);
      expect(plain.headers.get('location')).toBe(`${BASE_URL}/api/doctors/?search=a`);
      const carrying = await app.client().post('/api/auth/login/', { email: 'a@b.test', password: 'secret' });
      expect(carrying.status).toBe(403);
      expect(carrying.body.details.code).toBe('https_required');
      expect((await app.client().as('token').raw('GET', '/api/auth/me/')).status).toBe(403);
      expect((await app.client().get('/health')).status).toBe(200);
      for (const path of ['/metrics', '/dev/mail']) expect((await secure.get(path)).status).toBe(404);
    } finally {
      await app.close();
    }
  });
});
