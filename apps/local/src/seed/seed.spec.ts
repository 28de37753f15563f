import { after, before, describe, it } from 'node:test';
import { Config } from '#platform';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../../../test/support/app.ts';
import { DOCTORS, emailOf, PASSWORD, PATIENTS } from './cast.ts';
import { joinableRoom } from './joinable-room.ts';
import { LOGINS } from './logins.ts';
import { seedDemo } from './seed.ts';

describe('demo data', () => {
  let app: TestApp;
  let config: Config;

  before(async () => {
    app = await startTestApp();
    config = new Config({ ...app.nest.get(Config).env, SEED_DEMO: true, RUN_JOBS: false });
    // In a real start there is no server yet to tell of the payments.
    app.sandbox.control.loseNext('all');
    const c0 = process.cpuUsage(), t0 = performance.now(); await seedDemo(config); console.error('SEED', performance.now() - t0, process.cpuUsage(c0));
  });
  after(() => app.close());

  const logIn = async (key: string) => {
    const answer = await app.client().post('/api/auth/login/', { email: emailOf(key), password: PASSWORD });
    expect(answer.status).toBe(200);
    return app.client().as(answer.body.data.access_token);
  };
  const count = async (table: string) =>
    (await app.sql<{ rows: string }>(`select count(*) as rows from ${table}`))[0]?.rows;

  it('is made once, however often it is asked for', async () => {
    const tables = [
      'users',
      'doctors',
      'appointments',
      'payments',
      'ledger_postings',
      'prescriptions',
      'rooms',
    ];
    const counts = await Promise.all(tables.map(count));
    await seedDemo(config);
    expect(await Promise.all(tables.map(count))).toEqual(counts);
  });
});
