import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { readCsv, readXlsx } from '../../../libs/platform/src/spreadsheets/spreadsheets.fixture.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { PAYING_APP, type PaidVisit, settled } from '../../support/paying.ts';
import { earnedVisit, payableDoctor } from '../../support/payouts.ts';
import { type DoctorPerson, type Person, registerAdmin, registerDoctor } from '../../support/people.ts';

const MONTH = new Date().toISOString().slice(0, 7);
const EVIL = '=HYPERLINK("http://evil.test","Out of courtesy")';

type Record_ = Readonly<Record<string, string>>;

describe('exports of payments', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let other: DoctorPerson;
  let visit: PaidVisit;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    const approver = await registerAdmin(app);
    doctor = await payableDoctor(app, admin);
    other = await registerDoctor(app, admin, { consultation_fee: { amount: 1250, currency: 'KWD' } });
    visit = await earnedVisit(app, doctor);
    await earnedVisit(app, other);
    const generated = await admin.client.post('/api/payments/payouts/generate/', {
      doctor_id: doctor.doctorId,
      month: MONTH,
    });
    const { id } = generated.body.data.payouts[0].payout;
    await approver.client.put(`/api/payments/payouts/${id}/`, { status: 'approved' });
    await settled(app);
    await admin.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
      reason: EVIL,
      amount: { amount: 1999, currency: 'EUR' },
    });
    await settled(app);
  });
  after(() => app.close());

  const fetched = (path: string, by: Person = admin) =>
    fetch(`${app.url}/api/payments/exports/${path}`, { headers: by.client.headers });
  const named = ([columns = [], ...rows]: string[][]): Record_[] =>
    rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? ''])));
  const csv = async (path: string, by?: Person): Promise<Record_[]> => {
    const response = await fetched(path, by);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    return named(readCsv(await response.text()));
  };
  const xlsx = async (path: string, by?: Person): Promise<Record_[]> => {
    const response = await fetched(`${path}${path.includes('?') ? '&' : '?'}format=xlsx`, by);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[a-z-]+\.xlsx"$/);
    const [sheet = []] = readXlsx(new Uint8Array(await response.arrayBuffer()));
    return named(sheet.map((row) => row.map(({ text }) => text)));
  };

  it('hold the payments that the filter finds, exactly', async () => {
    const rows = await csv('transactions/');
    expect(rows).toMatchObject([
      {
        id: visit.transactionId,
        appointment_id: visit.appointmentId,
        doctor_id: doctor.doctorId,
        status: 'partially_refunded',
        provider: 'stripe',
        currency: 'EUR',
        amount: '50.00',
        refunded: '19.99',
        commission: '7.50',
      },
      { currency: 'KWD', amount: '1.250', refunded: '0.000', commission: '0.188' },
    ]);
    expect(await xlsx('transactions/')).toEqual(rows);
    expect(await csv(`transactions/?doctor_id=${other.doctorId}`)).toEqual([rows[1]]);
    expect(await csv('transactions/?status=failed')).toEqual([]);
    expect(await csv('transactions/?created_at=2001-01-01')).toEqual([]);
  });

  it('hold refunds, and nobody’s formula', async () => {
    const [refund] = await csv('refunds/');
    expect(refund).toMatchObject({
      amount: '19.99',
      currency: 'EUR',
      reason: `'${EVIL}`,
      status: 'succeeded',
    });
    expect(await xlsx('refunds/')).toEqual([{ ...refund, reason: EVIL }]);
    expect(await csv(`refunds/?transaction_id=${newId()}`)).toEqual([]);
  });

  it('hold payouts', async () => {
    const rows = await csv('payouts/?status=paid');
    expect(rows).toMatchObject([
      {
        doctor_id: doctor.doctorId,
        kind: 'earnings',
        amount: '42.50',
        currency: 'EUR',
        carried_over: '0.00',
      },
    ]);
    expect(await xlsx('payouts/')).toEqual(rows);
  });

  it('hold the postings, which sum to zero in each currency and agree with the balances', async () => {
    const rows = await csv('ledger-postings/');
    expect(await xlsx('ledger-postings/')).toEqual(rows);
    const [count] = await app.sql('select count(*)::int as n from ledger_postings');
    expect(count).toEqual({ n: rows.length });
    const minor = ({ amount = '' }: Record_) => Number(amount.replace('.', ''));
    for (const currency of ['EUR', 'KWD']) {
      const own = rows.filter((row) => row['currency'] === currency);
      expect(own.length).toBeGreaterThan(5);
      expect(own.reduce((sum, row) => sum + minor(row), 0)).toBe(0);
    }
    const { balances } = (await admin.client.get('/api/payments/ledger/balances/')).body.data;
    for (const { kind, balance } of balances) {
      const own = rows.filter((row) => row['account'] === kind && row['currency'] === balance.currency);
      expect(own.reduce((sum, row) => sum + minor(row), 0)).toBe(balance.amount);
    }
    const fees = await csv('ledger-postings/?kind=provider_fees&currency=KWD');
    expect(fees.map(({ amount }) => amount)).toEqual(['0.066']);
    expect(await csv('ledger-postings/?occurred_before=2001-01-01T00:00:00Z')).toEqual([]);
  });

  it('give doctors what they have earned, and nothing of others', async () => {
    const rows = await csv('earnings/', doctor);
    expect(rows).toMatchObject([
      {
        kind: 'payment_received',
        transaction_id: visit.transactionId,
        paid_by_patient: '50.00',
        commission: '7.50',
        yours: '42.50',
      },
      { kind: 'refund_given', paid_by_patient: '-19.99', commission: '-3.00', yours: '-16.99' },
    ]);
    expect(await csv(`earnings/?doctor_id=${doctor.doctorId}`)).toEqual(rows);
    expect((await fetched(`earnings/?doctor_id=${doctor.doctorId}`, other)).status).toBe(404);
    expect((await fetched('earnings/')).status).toBe(400);
    for (const what of ['transactions', 'refunds', 'payouts', 'ledger-postings']) {
      expect([what, (await fetched(`${what}/`, doctor)).status]).toEqual([what, 403]);
    }
    expect((await fetched('transactions/?format=pdf')).status).toBe(400);
  });

  it('say in JSON why there is no file', async () => {
    for (const format of ['csv', 'xlsx']) {
      // No time of the database comes after this day.
      const response = await fetched(`transactions?format=${format}&created_at=9999-12-31`);
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(response.headers.get('content-disposition')).toBeNull();
      expect((await response.json()).details.code).toBe('value_not_allowed');
    }
  });

  it('leave a trail', async () => {
    const [row] = await app.sql(
      `select actor_user_id, resource from audit_log where action = 'payments.exported' order by at limit 1`,
    );
    expect(row).toEqual({ actor_user_id: admin.userId, resource: 'transactions' });
  });

  it('stream tens of thousands of rows, each once', async () => {
    await app.sql(`
      with booked as (
        insert into ledger_transactions (id, kind, reference, occurred_at)
        select gen_random_uuid(), 'payment_received', gen_random_uuid(), '2020-01-01' from generate_series(1, 15000)
        returning id)
      insert into ledger_postings (id, transaction_id, account_id, amount, currency)
      select gen_random_uuid(), booked.id, account.id, sign, 'EUR' from booked, (values (1), (-1)) as sides (sign),
        (select id from ledger_accounts where kind = 'platform_revenue' and currency = 'EUR') account`);
    const rows = await csv('ledger-postings/?occurred_before=2021-01-01T00:00:00Z');
    expect(rows).toHaveLength(30_000);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(30_000);
  });

  it('stop when their reader goes', async () => {
    const gone = new AbortController();
    const response = await fetch(`${app.url}/api/payments/exports/ledger-postings/`, {
      headers: admin.client.headers,
      signal: gone.signal,
    });
    await response.body?.getReader().read();
    gone.abort();
    expect((await admin.client.get('/api/payments/ledger/accounts/')).status).toBe(200);
  });
});
