import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { readPdf } from '../../../libs/emr/src/pdf/pdf.fixture.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  failedJobs,
  intentFor,
  PAYING_APP,
  type PaidVisit,
  paidVisit,
  payInBrowser,
  settled,
} from '../../support/paying.ts';
import { earnedVisit, payableDoctor } from '../../support/payouts.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const YEAR = new Date().getUTCFullYear();
const MONTH = new Date().toISOString().slice(0, 7);
const NOBODY = '01890000-0000-7000-8000-000000000000';
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const SELLER = {
  SELLER_NAME: 'Televisit SAS',
  SELLER_ADDRESS: '2 rue de Rivoli, 75001 Paris',
  SELLER_TAX_ID: 'FR00123456789',
  VISIT_TAX_PERCENT: '5.5',
  COMMISSION_TAX_PERCENT: '20',
};

interface Listed {
  readonly id: string;
  readonly kind: string;
  readonly number: string;
}

describe('receipts, credit notes and invoices', () => {
  let app: TestApp;
  let admin: Person;
  let approver: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp({ ...PAYING_APP, ...SELLER });
    admin = await registerAdmin(app);
    approver = await registerAdmin(app);
    doctor = await payableDoctor(app, admin);
  });
  after(() => app.close());

  const list = async (query: string, by: Person = admin): Promise<Listed[]> =>
    (await by.client.get(`/api/payments/invoices/?page_size=100&${query}`)).body.data.items;
  const printed = async (link: { download_url: string }): Promise<string[]> => {
    const response = await fetch(link.download_url);
    expect(response.headers.get('content-type')).toBe('application/pdf');
    return readPdf(Buffer.from(await response.arrayBuffer())).pages.flatMap(({ texts, told }) => [
      ...texts,
      ...told,
    ]);
  };
  const refund = async (visit: PaidVisit, amount: number) => {
    const path = `/api/payments/transactions/${visit.transactionId}/refund/`;
    const answer = await admin.client.post(path, { reason: 'Out of courtesy', amount: eur(amount) });
    await app.drained();
    await settled(app);
    return answer.body.data.id;
  };

  it('issue a receipt for each payment, whose PDF says who, to whom and how much, and nothing of health', async () => {
    const visit = await paidVisit(app, doctor);
    await app.drained();
    const [receipt] = await list(`transaction_id=${visit.transactionId}`, visit.patient);
    expect(receipt).toEqual({
      id: expect.any(String),
      kind: 'receipt',
      number: expect.stringMatching(new RegExp(`^REC-${YEAR}-\\d{6}$`)),
      transaction_id: visit.transactionId,
      payout_id: null,
      doctor_id: doctor.doctorId,
      corrects_id: null,
      amount: eur(5000),
      tax: eur(261),
      tax_percent: 5.5,
      language: 'en',
      issued_at: expect.any(String),
    });
    const link = await visit.patient.client.get(`/api/payments/transactions/${visit.transactionId}/receipt/`);
    const texts = await printed(link.body.data);
    expect(texts).toEqual(
      expect.arrayContaining([
        'Receipt',
        receipt?.number,
        'Televisit SAS',
        '2 rue de Rivoli',
        '75001 Paris',
        'Tax number FR00123456789',
        'Dr. Dora Person',
        `Online visit ${visit.appointmentId.slice(-12)}`,
        'EUR 47.39',
        'EUR 2.61',
        'EUR 50.00',
      ]),
    );
    const all = texts.join(' ');
    expect(all).toContain('Paul Person');
    expect(all).not.toMatch(/cough|general practice/i);
    const files = await app.sql('select count(*)::int as n from files where purpose = $1', ['accounting']);
    await printed((await admin.client.get(`/api/payments/invoices/${receipt?.id}/download/`)).body.data);
    expect(await app.sql('select count(*)::int as n from files where purpose = $1', ['accounting'])).toEqual(
      files,
    );
    const trail = await app.sql(
      `select actor_user_id from audit_log where action = 'invoice.read' and resource_id = $1 order by sequence`,
      [receipt?.id],
    );
    expect(trail).toEqual([{ actor_user_id: visit.patient.userId }, { actor_user_id: admin.userId }]);
  });

  it('correct it with credit notes, whose tax adds up to that of the receipt', async () => {
    const visit = await paidVisit(app, doctor);
    for (const amount of [1, 1999, 3000]) await refund(visit, amount);
    await app.drained();
    const papers = (await list(`transaction_id=${visit.transactionId}&ordering=issued_at`)) as unknown as {
      id: string;
      kind: string;
      corrects_id: string | null;
      amount: { amount: number };
      tax: { amount: number };
    }[];
    expect(papers.map(({ kind, amount }) => [kind, amount.amount])).toEqual([
      ['receipt', 5000],
      ['credit_note', -1],
      ['credit_note', -1999],
      ['credit_note', -3000],
    ]);
    expect(papers.reduce((sum, { tax }) => sum + tax.amount, 0)).toBe(0);
    expect(papers.slice(1).every(({ corrects_id }) => corrects_id === papers[0]?.id)).toBe(true);
    const link = await visit.patient.client.get(`/api/payments/invoices/${papers[3]?.id}/download/`);
    expect(await printed(link.body.data)).toEqual(
      expect.arrayContaining([
        'Credit note',
        'Corrects',
        `Refund for online visit ${visit.appointmentId.slice(-12)}`,
        '-EUR 30.00',
      ]),
    );
  });

  it('undo a credit note when the bank sends the refund back', async () => {
    const visit = await paidVisit(app, doctor);
    const id = await refund(visit, 500);
    const [given] = await app.sql<{ provider_reference: string }>(
      'select provider_reference from refunds where id = $1',
      [id],
    );
    app.sandbox.control.settleRefund(given?.provider_reference ?? '', 'failed');
    await settled(app);
    await app.drained();
    const papers = await list(`transaction_id=${visit.transactionId}&ordering=issued_at`);
    expect(papers).toMatchObject([
      { kind: 'receipt', amount: eur(5000), tax: eur(261) },
      { kind: 'credit_note', amount: eur(-500) },
      { kind: 'credit_note_reversal', amount: eur(500), corrects_id: papers[1]?.id },
    ]);
  });

  it('invoice the commission of each payout to the doctor, in the doctor’s language', async () => {
    const own = await payableDoctor(app, admin);
    await own.client.patch('/api/auth/profile/', { language: 'fr' });
    const visit = await earnedVisit(app, own);
    await earnedVisit(app, own);
    await refund(visit, 1000);
    const generated = await admin.client.post('/api/payments/payouts/generate/', {
      doctor_id: own.doctorId,
      month: MONTH,
    });
    const { id } = generated.body.data.payouts[0].payout;
    await approver.client.put(`/api/payments/payouts/${id}/`, { status: 'approved' });
    await settled(app);
    await app.drained();
    const [invoice] = await list(`payout_id=${id}`, own);
    // Twice 7.50, less 1.50 of what went back.
    expect(invoice).toMatchObject({
      kind: 'commission_invoice',
      number: `COM-${YEAR}-000001`,
      transaction_id: null,
      payout_id: id,
      amount: eur(1350),
      tax: eur(225),
      tax_percent: 20,
      language: 'fr',
    });
    const link = await own.client.get(`/api/payments/invoices/${invoice?.id}/download/`);
    expect(await printed(link.body.data)).toEqual(
      expect.arrayContaining([
        'Facture',
        'Commission pour 2 consultations',
        'Taxe 20 %',
        '13,50 EUR',
        'Person Practice',
      ]),
    );
    const statement = await own.client.get(`/api/payments/earnings/payouts/${id}/statement/`);
    expect(await printed(statement.body.data)).toEqual(expect.arrayContaining(['Relevé de versement']));
  });

  it('number without a gap and without repeating, also when many are issued at once', async () => {
    const intents = [];
    for (let count = 0; count < 12; count++) {
      const patient = await register(app);
      intents.push(await intentFor(patient, (await book(patient, doctor.doctorId)).id));
    }
    await Promise.all(intents.map((intent) => payInBrowser(app, intent)));
    await settled(app);
    await app.drained();
    const rows = await app.sql<{ kind: string; year: number; numbers: number[] }>(
      'select kind, year, array_agg(number order by number) as numbers from invoices group by kind, year',
    );
    for (const { numbers } of rows) expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    const [missing] = await app.sql(
      `select count(*)::int as n from payments p where p.succeeded_at is not null
       and not exists (select from invoices i where i.kind = 'receipt' and i.reference = p.id)`,
    );
    expect(missing).toEqual({ n: 0 });
    expect(await failedJobs(app)).toEqual([]);
  });

  it('show nobody the papers of others', async () => {
    const visit = await paidVisit(app, doctor);
    await app.drained();
    const [receipt] = await list(`transaction_id=${visit.transactionId}`);
    const [stranger, colleague] = [await register(app), await registerDoctor(app, admin)];
    for (const person of [stranger, colleague]) {
      expect(await list('', person)).toEqual([]);
      for (const path of [`${receipt?.id}/`, `${receipt?.id}/download/`]) {
        expect(await person.client.get(`/api/payments/invoices/${path}`)).toMatchObject({
          status: 404,
          body: { details: { code: 'invoice_not_found' } },
        });
      }
      const path = `/api/payments/transactions/${visit.transactionId}/receipt/`;
      expect((await person.client.get(path)).status).toBe(404);
    }
    expect(await list(`transaction_id=${visit.transactionId}`, doctor)).toHaveLength(1);
    expect(await list('kind=receipt&year=2001')).toEqual([]);
    const [paper] = await list(`transaction_id=${visit.transactionId}`, doctor);
    expect(await list(`search=${paper?.number.toLowerCase()}`, doctor)).toEqual([paper]);
    expect(await list('search=rec-2001', doctor)).toEqual([]);
    expect((await admin.client.get(`/api/payments/invoices/${NOBODY}/`)).status).toBe(404);
  });

  it('have no receipt for what has not been paid', async () => {
    const patient = await register(app);
    const { transaction } = await intentFor(patient, (await book(patient, doctor.doctorId)).id);
    expect(await patient.client.get(`/api/payments/transactions/${transaction.id}/receipt/`)).toMatchObject({
      status: 409,
      body: { details: { code: 'not_paid' } },
    });
  });

  it('give the server’s own role no way to change or remove a paper', async () => {
    const rights = await app.sql(
      `select has_table_privilege('televisit_app', 'invoices', right_) as may from unnest(array['update', 'delete', 'truncate']) right_`,
    );
    expect(rights).toEqual([{ may: false }, { may: false }, { may: false }]);
  });
});
