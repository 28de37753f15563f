import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { runCli } from '../../support/cli.ts';
import {
  failedJobs,
  intentFor,
  PAYING_APP,
  type PaidVisit,
  paidVisit,
  payInBrowser,
  settled,
} from '../../support/paying.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const RECONCILIATIONS = '/api/payments/reconciliations/';

interface Found {
  readonly subject: string;
  readonly provider_reference: string;
  readonly repaired: boolean;
  readonly problem: string | null;
}

describe('reconciliation', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin);
  });
  after(() => app.close());

  const reference = (visit: PaidVisit) => visit.intent.transaction.provider_reference;
  const transaction = async (visit: PaidVisit) =>
    (await admin.client.get(`/api/payments/transactions/${visit.transactionId}/`)).body.data;
  /** Compares with the provider now. */
  async function reconciled(): Promise<{ summary: Record<string, unknown>; findings: Found[] }> {
    const begun = await admin.client.post(RECONCILIATIONS, { days: 2 });
    expect(begun.status).toBe(201);
    await settled(app);
    const [{ id }] = begun.body.data;
    const summary = (await admin.client.get(`${RECONCILIATIONS}${id}/`)).body.data;
    const found = await admin.client.get(`${RECONCILIATIONS}${id}/findings/?page_size=100`);
    return { summary, findings: found.body.data.items };
  }
  /** While `act` runs, no webhook of the provider arrives. */
  async function unheard(act: () => unknown): Promise<void> {
    app.sandbox.control.loseNext('all');
    await act();
    app.sandbox.control.clearFaults();
    await settled(app);
  }

  it('takes in a payment, a refund and a dispute of which nobody told', async () => {
    const refunded = await paidVisit(app, doctor);
    const disputed = await paidVisit(app, doctor);
    const patient = await register(app);
    const held = await book(patient, doctor.doctorId);
    const intent = await intentFor(patient, held.id);
    let refund = '';
    let dispute = '';
    await unheard(async () => {
      await payInBrowser(app, intent);
      refund = app.sandbox.control.refund(reference(refunded), 1200).id;
      dispute = app.sandbox.control.dispute(reference(disputed)).id;
    });
    const { summary, findings } = await reconciled();
    expect(summary).toEqual({
      id: expect.any(String),
      provider: 'stripe',
      since: expect.any(String),
      status: 'done',
      failure_code: null,
      checked: 5,
      repaired: 3,
      unresolved: 0,
      requested_by: admin.userId,
      created_at: expect.any(String),
      finished_at: expect.any(String),
    });
    const repaired = { id: expect.any(String), repaired: true, problem: null, details: null };
    expect(findings).toEqual([
      {
        ...repaired,
        subject: 'payment',
        provider_reference: intent.transaction.provider_reference,
        transaction_id: intent.transaction.id,
      },
      {
        ...repaired,
        subject: 'refund',
        provider_reference: refund,
        transaction_id: refunded.transactionId,
      },
      {
        ...repaired,
        subject: 'dispute',
        provider_reference: dispute,
        transaction_id: disputed.transactionId,
      },
    ]);
    expect(await transaction(refunded)).toMatchObject({ status: 'partially_refunded', refunded: eur(1200) });
    expect(await transaction(disputed)).toMatchObject({ status: 'disputed', disputed: eur(5000) });
    const visit = await patient.client.get(`/api/appointments/${held.id}/`);
    expect(visit.body.data.status).toBe('scheduled');

    const again = await reconciled();
    expect(again.summary).toMatchObject({ status: 'done', checked: 5, repaired: 0, unresolved: 0 });
    expect(again.findings).toEqual([]);
  });

  it('names what it cannot repair: another sum, books that say something else, what the provider lost', async () => {
    const [sum, books, lost] = [
      await paidVisit(app, doctor),
      await paidVisit(app, doctor),
      await paidVisit(app, doctor),
    ];
    await app.sql(`update payments set amount = 6000 where id = $1`, [sum.transactionId]);
    await app.sql(
      `update ledger_transactions set kind = 'payment_mislaid' where reference = $1 and kind = 'payment_received'`,
      [books.transactionId],
    );
    await app.sql(`update payments set provider_reference = 'pi_lost' where id = $1`, [lost.transactionId]);
    const { summary, findings } = await reconciled();
    expect(summary).toMatchObject({ status: 'done', repaired: 0, unresolved: 4 });
    expect(findings.map(({ provider_reference, problem }) => [provider_reference, problem])).toEqual(
      expect.arrayContaining([
        [reference(sum), 'amount_differs'],
        [reference(books), 'ledger_differs'],
        // It carries an id of ours, and that payment has another name here.
        [reference(lost), 'unknown_payment'],
        ['pi_lost', 'missing_at_provider'],
      ]),
    );
    const unresolved = await runCli(app, ['reconcile', '--days', '2']);
    expect(unresolved.code).toBe(1);
    expect(unresolved.output).toContain(
      `amount_differs  payment ${reference(sum)}  payment ${sum.transactionId}\n`,
    );
    expect(unresolved.output).toMatch(/stripe: \d+ compared, 0 repaired, 4 to be looked at\n/);

    await app.sql(`update payments set amount = 5000 where id = $1`, [sum.transactionId]);
    await app.sql(`update ledger_transactions set kind = 'payment_received' where kind = 'payment_mislaid'`);
    await app.sql(`update payments set provider_reference = $2 where id = $1`, [
      lost.transactionId,
      reference(lost),
    ]);
    expect((await reconciled()).summary).toMatchObject({ unresolved: 0 });
  });

  it('names a refund that the provider made and we took for refused', async () => {
    const visit = await paidVisit(app, doctor);
    const asked = await admin.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
      reason: 'Out of courtesy',
    });
    await settled(app);
    await app.sql(`update refunds set status = 'failed' where id = $1`, [asked.body.data.id]);
    const { findings } = await reconciled();
    expect(findings).toMatchObject([{ subject: 'refund', repaired: false, problem: 'status_differs' }]);
    await app.sql(`update refunds set status = 'succeeded' where id = $1`, [asked.body.data.id]);
  });

  it('runs each night, and gives a job again to money that lost its own', async () => {
    const patient = await register(app);
    const { id } = await book(patient, doctor.doctorId);
    const intent = await intentFor(patient, id);
    await unheard(() => payInBrowser(app, intent));
    const visit = await paidVisit(app, doctor);
    app.sandbox.control.dropResponses(3, 'destroy');
    const refund = await admin.client.post(`/api/payments/transactions/${visit.transactionId}/refund/`, {
      reason: 'Out of courtesy',
    });
    await settled(app);
    await app.sql(`delete from pgboss.job where name in ('payments.reconcile', 'payments.execute-refund')`);
    await app.sql(`update payments set created_at = now() - interval '3 hours' where id = $1`, [
      intent.transaction.id,
    ]);
    await app.sql(`update refunds set created_at = now() - interval '3 hours' where id = $1`, [
      refund.body.data.id,
    ]);
    await app.onSchedule('payments.reconcile-daily');
    const paid = await patient.client.get(`/api/payments/transactions/${intent.transaction.id}/`);
    expect(paid.body.data.status).toBe('succeeded');
    expect(await transaction(visit)).toMatchObject({ status: 'refunded' });
    const [nightly] = (await admin.client.get(`${RECONCILIATIONS}?provider=stripe`)).body.data.items;
    expect(nightly).toMatchObject({ requested_by: null, status: 'done', unresolved: 0 });
  });

  it('is for administrators, over a number of days', async () => {
    const patient = await register(app);
    await intentFor(patient, (await book(patient, doctor.doctorId)).id);
    const [reconciliation] = (await admin.client.post(RECONCILIATIONS)).body.data;
    await settled(app);
    const done = await admin.client.get(`${RECONCILIATIONS}${reconciliation.id}/`);
    expect(done.body.data.status).toBe('done');
    for (const days of [0, 91, 1.5, '2']) {
      expect((await admin.client.post(RECONCILIATIONS, { days })).status).toBe(400);
    }
    for (const person of [patient, doctor]) {
      expect((await person.client.post(RECONCILIATIONS, { days: 1 })).status).toBe(403);
    }
    const missing = await admin.client.get(
      `${RECONCILIATIONS}01890000-0000-7000-8000-000000000000/findings/`,
    );
    expect(missing.body.details.code).toBe('reconciliation_not_found');
  });

  it('leaves no job behind that failed', async () => {
    expect(await failedJobs(app)).toEqual([]);
  });
});
