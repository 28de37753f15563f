import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Answer } from '../../support/client.ts';
import { PASSWORD, register } from '../../support/people.ts';

const times = <T>(count: number, call: () => Promise<T>) => Promise.all(Array.from({ length: count }, call));
const statuses = (answers: readonly Answer[]) =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);

describe('the rate limits', () => {
  let app: TestApp;

  before(async () => {
    app = await startTestApp({ RATE_LIMITS: '1', TRUST_PROXY_HOPS: '1' });
  });
  after(() => app.close());

  const from = (address: string) => app.client().with({ 'x-forwarded-for': address });
  const logIn = (address: string) =>
    from(address).post('/api/auth/login/', { email: 'nobody@example.test', password: PASSWORD });

  it('let an address try five logins a minute, and say when the next may be tried', async () => {
    const answers = await times(8, () => logIn('203.0.113.1'));
    expect(statuses(answers)).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    const seconds = Number(refused?.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(refused?.body).toEqual({
      error: 'No more than 5 of these in 60 s.',
      details: { code: 'too_many_requests', retry_after: seconds },
      status: 'error',
    });
    expect((await logIn('203.0.113.2')).status).toBe(401);
  });

  it('let an account call a hundred times a minute, from wherever it calls', async () => {
    const ada = await register(app);
    const first = await ada.client.with({ 'x-forwarded-for': '203.0.113.3' }).get('/api/auth/me/');
    expect(first.headers.get('ratelimit-limit')).toBe('100');
    expect(first.headers.get('ratelimit-remaining')).toBe('99');
    let call = 0;
    const answers = await times(104, () =>
      ada.client.with({ 'x-forwarded-for': `203.0.113.${10 + (call++ % 5)}` }).get('/api/auth/me/'),
    );
    expect(statuses(answers).filter((status) => status === 200)).toHaveLength(99);
    expect(statuses(answers).filter((status) => status === 429)).toHaveLength(5);
    const bob = await register(app);
    expect((await bob.client.get('/api/auth/me/')).status).toBe(200);
  });

  it('leave who polls for signals a budget of their own, which is soon whole again', async () => {
    const ada = await register(app);
    const room = `/api/rtc/rooms/${newId()}/signals/`;
    const polls = await times(62, () => ada.client.get(room));
    expect(statuses(polls).filter((status) => status === 404)).toHaveLength(60);
    const refused = polls.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeLessThanOrEqual(10);
    expect(refused?.headers.get('ratelimit-limit')).toBe('60');
    const me = await ada.client.get('/api/auth/me/');
    expect([me.status, me.headers.get('ratelimit-remaining')]).toEqual([200, '99']);
  });

  it('count who has no valid token by their address', async () => {
    const caller = from('203.0.113.4').with({ authorization: 'Bearer nonsense' });
    const answers = await times(102, () => caller.get('/api/auth/me/'));
    expect(statuses(answers).filter((status) => status === 401)).toHaveLength(100);
    expect(statuses(answers).filter((status) => status === 429)).toHaveLength(2);
  });

  it('do not slow down what is signed, nor the health check', async () => {
    const webhooks = await times(120, () => from('203.0.113.5').post('/api/payments/webhooks/', {}));
    expect(new Set(statuses(webhooks))).toEqual(new Set([400]));
    expect(new Set(statuses(await times(120, () => from('203.0.113.5').get('/health'))))).toEqual(
      new Set([200]),
    );
  });

  it('are not in force in development', async () => {
    const other = await startTestApp();
    try {
      const credentials = { email: 'nobody@example.test', password: PASSWORD };
      const answers = await times(8, () => other.client().post('/api/auth/login/', credentials));
      expect(new Set(statuses(answers))).toEqual(new Set([401]));
    } finally {
      await other.close();
    }
  });
});
