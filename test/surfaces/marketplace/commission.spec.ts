import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { intentFor, PAYING_APP } from '../../support/paying.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const RULES = '/api/payments/commission-rules/';
const NOBODY = '01890000-0000-7000-8000-000000000000';
const eur = (amount: number) => ({ amount, currency: 'EUR' });

describe('commission rules', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin);
  });
  after(() => app.close());

  const rule = { percent: 12.5, minimum: eur(100), reason: 'As agreed' };
  const set = (changes: object = {}, by: Person = admin) => by.client.post(RULES, { ...rule, ...changes });
  const list = async (query = '') => (await admin.client.get(`${RULES}?${query}`)).body.data.items;
  /** What is kept of a visit for 50.00 that is paid now. */
  const kept = async (of = doctor): Promise<number> => {
    const patient = await register(app);
    const { transaction } = await intentFor(patient, (await book(patient, of.doctorId)).id);
    const { body } = await admin.client.get(`/api/payments/transactions/${transaction.id}/`);
    return body.data.commission.amount;
  };

  it('follow the settings, then the platform’s rule, then the doctor’s own, as long as each is in force', async () => {
    expect(await kept()).toBe(750);
    const platform = await set();
    expect(platform).toMatchObject({ status: 201 });
    expect(platform.body.data).toEqual({
      id: expect.any(String),
      doctor_id: null,
      percent: 12.5,
      minimum: eur(100),
      valid_from: expect.any(String),
      valid_to: null,
      reason: 'As agreed',
      created_by: admin.userId,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(await kept()).toBe(625);
    await set({ percent: 50, minimum: { amount: 0, currency: 'USD' } });
    await set({ percent: 60, valid_from: '2999-01-01T00:00:00Z' });
    expect(await kept()).toBe(625);

    const own = await set({
      doctor_id: doctor.doctorId,
      percent: 1,
      minimum: eur(300),
      reason: 'Founding doctor',
    });
    const other = await registerDoctor(app, admin);
    expect([await kept(), await kept(other)]).toEqual([300, 625]);
    const all = await set({ doctor_id: doctor.doctorId, percent: 0, minimum: eur(900_000) });
    expect(await kept()).toBe(5000);

    const end = (id: string) => admin.client.post(`${RULES}${id}/end/`);
    expect((await end(all.body.data.id)).body.data).toMatchObject({ valid_to: expect.any(String) });
    expect(await end(all.body.data.id)).toMatchObject({
      status: 409,
      body: { details: { code: 'commission_rule_is_over' } },
    });
    expect(await kept()).toBe(300);
    await end(own.body.data.id);
    expect(await kept()).toBe(625);
    await end(platform.body.data.id);
    expect(await kept()).toBe(750);
    // What was kept before stands, and so does the rule that it follows from.
    const history = await list(`doctor_id=${doctor.doctorId}`);
    expect(history).toMatchObject([
      { id: all.body.data.id, valid_to: expect.any(String) },
      { id: own.body.data.id, valid_to: expect.any(String), reason: 'Founding doctor' },
    ]);
    const [row] = await app.sql(
      `select count(*)::int as payments, sum(commission_amount)::int as kept from payments where commission_rule_id = $1`,
      [own.body.data.id],
    );
    expect(row).toEqual({ payments: 2, kept: 600 });
  });

  it('are listed by scope, currency and time, and leave a trail', async () => {
    const { id } = (await set({ valid_to: '2999-01-01T00:00:00Z', reason: 'Until the year 2999' })).body.data;
    expect((await admin.client.get(`${RULES}${id}/`)).body.data).toMatchObject({ id });
    const ids = async (query: string) => (await list(query)).map((item: { id: string }) => item.id);
    expect(await ids('scope=platform&currency=EUR&at=2998-01-01T00:00:00Z')).toEqual([id]);
    expect(await ids('scope=platform&currency=EUR&at=2999-01-02T00:00:00Z')).not.toContain(id);
    expect(await ids('scope=doctor')).not.toContain(id);
    expect(await ids('currency=JPY')).toEqual([]);
    expect(await ids('search=year%202999')).toEqual([id]);
    await admin.client.post(`${RULES}${id}/end/`);
    const trail = await app.sql(
      `select action, actor_user_id, reason from audit_log where resource = 'commission_rule' and resource_id = $1 order by sequence`,
      [id],
    );
    expect(trail).toEqual([
      { action: 'commission_rule.set', actor_user_id: admin.userId, reason: 'Until the year 2999' },
      { action: 'commission_rule.ended', actor_user_id: admin.userId, reason: null },
    ]);
  });

  it('refuse what is no rule, and whoever is no administrator', async () => {
    const bad = [
      { percent: 100.01 },
      { percent: -1 },
      { percent: 1.234 },
      { minimum: eur(-1) },
      { minimum: eur(1.5) },
      { minimum: { amount: 1, currency: 'DOGE' } },
      { reason: '' },
      { valid_from: '2020-01-01T00:00:00Z' },
      { valid_from: '2999-01-02T00:00:00Z', valid_to: '2999-01-01T00:00:00Z' },
    ];
    for (const changes of bad) expect([changes, (await set(changes)).status]).toEqual([changes, 400]);
    expect((await set({ doctor_id: NOBODY })).status).toBe(404);
    expect((await set({}, doctor)).status).toBe(403);
    expect((await doctor.client.get(RULES)).status).toBe(403);
    expect((await admin.client.post(`${RULES}${NOBODY}/end/`)).status).toBe(404);
    expect((await admin.client.get(`${RULES}${NOBODY}/`)).status).toBe(404);
  });
});
