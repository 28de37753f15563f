import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { PAYING_APP, paidVisit, settled } from '../../support/paying.ts';
import { earnedVisit } from '../../support/payouts.ts';
import { type Person, registerAdmin, registerDoctor } from '../../support/people.ts';

describe('earnings', () => {
  let app: TestApp;
  let admin: Person;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
  });
  after(() => app.close());

  it('counts a payment in the month in which it came, in the doctor’s time zone, by currency', async () => {
    const fee = { amount: 1000, currency: 'KWD' };
    const doctor = await registerDoctor(app, admin, { time_zone: 'Asia/Kolkata', consultation_fee: fee });
    const first = await earnedVisit(app, doctor);
    await paidVisit(app, doctor);
    await doctor.client.patch('/api/doctors/profile/', {
      consultation_fee: { amount: 999, currency: 'JPY' },
    });
    await paidVisit(app, doctor);
    // 19:00 UTC on the last day of June is July in Kolkata.
    await app.sql(
      `update ledger_transactions set occurred_at = '2026-06-30T19:00:00Z' where payment_id in (select id from payments where practitioner_id = $1)`,
      [doctor.doctorId],
    );
    await app.sql(
      `update ledger_transactions set occurred_at = '2026-06-30T18:00:00Z' where payment_id = $1`,
      [first.transactionId],
    );
    await admin.client.post(`/api/payments/transactions/${first.transactionId}/refund/`, {
      reason: 'Out of courtesy',
      amount: { amount: 10, currency: 'KWD' },
    });
    await settled(app);
    const kwd = (amount: number) => ({ amount, currency: 'KWD' });
    const jpy = (amount: number) => ({ amount, currency: 'JPY' });
    const month = Temporal.Now.plainDateISO('Asia/Kolkata').toPlainYearMonth().toString();
    const { data } = (await doctor.client.get('/api/payments/earnings/')).body;
    expect(data.months).toEqual([
      { month, gross: kwd(-10), commission: kwd(-1), amount: kwd(-9), paid: kwd(0), payments: 0 },
      {
        month: '2026-07',
        gross: jpy(999),
        commission: jpy(150),
        amount: jpy(849),
        paid: jpy(0),
        payments: 1,
      },
      {
        month: '2026-07',
        gross: kwd(1000),
        commission: kwd(150),
        amount: kwd(850),
        paid: kwd(0),
        payments: 1,
      },
      {
        month: '2026-06',
        gross: kwd(1000),
        commission: kwd(150),
        amount: kwd(850),
        paid: kwd(0),
        payments: 1,
      },
    ]);
    expect(data.currencies).toMatchObject([
      { currency: 'JPY', pending: jpy(849), available: jpy(0), total: jpy(849), commission: jpy(150) },
      { currency: 'KWD', pending: kwd(850), available: kwd(841), total: kwd(1691), commission: kwd(299) },
    ]);
    expect(
      (await admin.client.get(`/api/payments/earnings/?doctor_id=${doctor.doctorId}`)).body.data,
    ).toEqual(data);
  });
});
