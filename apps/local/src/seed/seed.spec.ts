import { readdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { Config } from '#platform';
import { startTestApp, type TestApp } from '../../../../test/support/app.ts';
import { DOCTORS, emailOf, PASSWORD, PATIENTS } from './cast.ts';
import { joinableRoom } from './joinable-room.ts';
import { LOGINS } from './logins.ts';
import { seedDemo } from './seed.ts';

describe('demo data', () => {
  let app: TestApp;
  let config: Config;

  before(async () => {
    app = await startTestApp({ VISIT_OPENS_MINUTES: '15' });
    config = new Config({ ...app.nest.get(Config).env, SEED_DEMO: true, RUN_JOBS: false });
    // As in a start: there is no server yet that could be told of the payments.
    app.sandbox.control.loseNext('all');
    app.razorpay.control.loseNext('all');
    await seedDemo(config);
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

  it('lets everybody log in', async () => {
    for (const { key } of [...DOCTORS, ...PATIENTS]) await logIn(key);
    for (const { email } of LOGINS) {
      const answer = await app.client().post('/api/auth/login/', { email, password: PASSWORD });
      expect(answer.status).toBe(200);
    }
  });

  it('has a visit that both can join now, paid like any other', async () => {
    const room = await joinableRoom(app.databaseUrls.app);
    for (const key of ['dr.rao', 'patient']) {
      const client = await logIn(key);
      const joined = await client.post(`/api/rtc/rooms/${room}/join/`);
      expect(joined.body).toMatchObject({ data: { role: key === 'patient' ? 'patient' : 'doctor' } });
      const upcoming = await client.get('/api/appointments/upcoming/');
      expect(upcoming.body.data.items[0]).toMatchObject({ status: 'scheduled' });
      expect(Math.abs(Date.parse(upcoming.body.data.items[0].start) - Date.now())).toBeLessThan(16 * 60_000);
    }
  });

  it('keeps the books: they sum to zero, every payment has ended, the provider says the same', async () => {
    const sums = await app.sql(
      'select currency, sum(amount)::int as sum from ledger_postings group by currency',
    );
    expect(sums.length).toBeGreaterThan(4);
    for (const { sum } of sums) expect(sum).toBe(0);
    const payments = await app.sql<{
      status: string;
      currency: string;
      provider: string;
      provider_reference: string;
    }>('select * from payments');
    expect(payments.length).toBeGreaterThan(10);
    const atProvider = new Map<string, string>([
      ...app.sandbox.control.intents().map(({ id, status }) => [id, status] as const),
      ...app.razorpay.control.orders().map(({ id, status }) => [id, status] as const),
    ]);
    for (const { status, currency, provider, provider_reference: reference } of payments) {
      expect(['succeeded', 'refunded']).toContain(status);
      expect(provider).toBe(currency === 'INR' ? 'razorpay' : 'stripe');
      expect(['succeeded', 'paid']).toContain(atProvider.get(reference));
    }
    expect(payments.filter(({ status }) => status === 'refunded')).toHaveLength(1);
    expect(await app.sql(`select id from webhook_events where processed_at is null`)).toEqual([]);
  });

  it('leaves to the server what is due after it, and nothing of the past', async () => {
    const left = await app.sql<{ name: string }>(
      `select distinct name from pgboss.job where name like 'payments.%' and start_after <= created_on
       and name not in (select name from pgboss.schedule)`,
    );
    expect(left).toEqual([]);
  });

  it('has an account to pay each approved doctor out to', async () => {
    const ready = await app.sql('select is_ready from payout_accounts');
    const approved = DOCTORS.filter(({ kyc }) => kyc === 'approved');
    expect(ready).toEqual(approved.map(() => ({ is_ready: true })));
  });

  it('lists the approved doctors, and each can be booked', async () => {
    const { body } = await app.client().get('/api/doctors/?page_size=50');
    const approved = DOCTORS.filter(({ kyc }) => kyc === 'approved');
    expect(body.data.items.map(({ name }: { name: string }) => name).sort()).toEqual(
      approved.map(({ profile }) => profile.name).sort(),
    );
    for (const doctor of body.data.items) expect(doctor.next_slot).not.toBeNull();
    const statuses = await app.sql('select distinct kyc_status from doctors order by 1');
    expect(statuses.map(({ kyc_status }) => kyc_status)).toEqual(['submitted', 'approved', 'rejected']);
  });

  it('has a chart behind each past visit, and its papers can be fetched', async () => {
    const patient = await logIn('patient');
    const { data: summary } = (await patient.get('/api/emr/summary/me/')).body;
    expect(summary).toMatchObject({
      medical_history: { allergies: [{ substance: 'Penicillin' }] },
      latest_vitals: { systolic: 116 },
      encounters: [{ status: 'finalized' }, { status: 'finalized' }],
      active_prescriptions: [{ status: 'issued' }],
    });
    const [paper] = summary.documents;
    const link = await patient.get(`/api/emr/documents/${paper.id}/download/`);
    const file = await fetch(link.body.data.url);
    expect((await file.text()).slice(0, 5)).toBe('%PDF-');
  });

  it('tells nobody of its past, and dates it in the past', async () => {
    await app.drained();
    expect(await readdir(app.mailFolder)).toEqual([]);
    expect(await app.sql(`select id from notification_deliveries where status <> 'sent'`)).toEqual([]);
    const rows = await app.sql<{ at: Date }>('select at from audit_log order by at');
    expect(rows[0]?.at.getTime()).toBeLessThan(Date.now() - 50 * 86_400_000);
  });

  it('moves the visit of yesterday to now when nobody came', async () => {
    await app.sql(
      `update appointments set starts_at = starts_at - interval '1 day', ends_at = ends_at - interval '1 day'
       where id = (select appointment_id from rooms where id = $1)`,
      [await joinableRoom(app.databaseUrls.app)],
    );
    expect(await joinableRoom(app.databaseUrls.app)).toBeUndefined();
    const before = await count('payments');
    await seedDemo(config);
    expect(await joinableRoom(app.databaseUrls.app)).toBeDefined();
    expect(await count('payments')).toBe(before);
  });

  it('books and pays another one when that visit was held', async () => {
    await app.sql(
      `update appointments set status = 'completed' where id = (select appointment_id from rooms where id = $1)`,
      [await joinableRoom(app.databaseUrls.app)],
    );
    await seedDemo(config);
    const room = await joinableRoom(app.databaseUrls.app);
    const [visit] = await app.sql(
      `select payments.status from rooms join payments using (appointment_id) where rooms.id = $1`,
      [room],
    );
    expect(visit).toEqual({ status: 'succeeded' });
  });

  it('is refused in production, and without being asked for', async () => {
    const { env } = config;
    await expect(seedDemo(new Config({ ...env, NODE_ENV: 'production' }))).rejects.toThrow(/production/);
    await expect(seedDemo(new Config({ ...env, SEED_DEMO: false }))).rejects.toThrow(/SEED_DEMO/);
  });
});
