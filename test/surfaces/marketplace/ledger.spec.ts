import { after, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { systemActor } from '#kernel';
import { ProviderFeesService } from '../../../libs/payments/src/ledger/provider-fees.service.ts';
import type { PaymentProvider } from '../../../libs/payments/src/providers/payment-provider.ts';
import { PaymentProviders } from '../../../libs/payments/src/providers/payment-providers.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { PAYING_APP, type PaidVisit, paidVisit, settled } from '../../support/paying.ts';
import { earnedVisit, payableDoctor } from '../../support/payouts.ts';
import { type DoctorPerson, type Person, registerAdmin } from '../../support/people.ts';

const NOBODY = '01890000-0000-7000-8000-000000000000';
const eur = (amount: number) => ({ amount, currency: 'EUR' });

interface Account {
  readonly id: string;
  readonly kind: string;
  readonly balance: { readonly amount: number; readonly currency: string };
}

describe('the ledger', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let visit: PaidVisit;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    doctor = await payableDoctor(app, admin);
    visit = await earnedVisit(app, doctor);
    await doctor.client.patch('/api/doctors/profile/', {
      consultation_fee: { amount: 900, currency: 'JPY' },
    });
    await paidVisit(app, doctor);
    await settled(app);
  });
  after(() => app.close());

  const get = async (path: string) => (await admin.client.get(`/api/payments/ledger/${path}`)).body.data;
  const accounts = async (query = ''): Promise<Account[]> =>
    (await get(`accounts/?page_size=100&${query}`)).items;

  it('shows each account with the sum of its postings, and books what the provider keeps', async () => {
    const found = await accounts('currency=EUR');
    expect(found.map(({ kind, balance }) => ({ kind, balance }))).toEqual([
      // 50.00 less Stripe's 2.9 % and 0.30.
      { kind: 'provider_clearing', balance: eur(5000 - 175) },
      { kind: 'doctor_pending', balance: eur(0) },
      { kind: 'doctor_available', balance: eur(-4250) },
      { kind: 'platform_revenue', balance: eur(-750) },
      { kind: 'provider_fees', balance: eur(175) },
    ]);
    for (const account of await accounts()) {
      const { items, total } = await get(`accounts/${account.id}/postings/?page_size=100`);
      expect(items).toHaveLength(total);
      const sum = items.reduce((all: number, { amount }: Account & { amount: { amount: number } }) => {
        expect(amount).toMatchObject({ currency: account.balance.currency });
        return all + amount.amount;
      }, 0);
      expect(sum).toBe(account.balance.amount);
      expect(await get(`accounts/${account.id}/`)).toEqual(account);
    }
  });

  it('shows what was booked, page by page', async () => {
    const [available] = await accounts(`kind=doctor_available&doctor_id=${doctor.doctorId}`);
    expect(await get(`accounts/${available?.id}/postings/`)).toMatchObject({
      total: 1,
      items: [
        {
          id: expect.any(String),
          entry_id: expect.any(String),
          kind: 'earning_released',
          reference: visit.transactionId,
          transaction_id: visit.transactionId,
          amount: eur(-4250),
          occurred_at: expect.any(String),
        },
      ],
    });
    const [clearing] = await accounts('kind=provider_clearing&currency=EUR&provider=stripe');
    const at = `accounts/${clearing?.id}/postings/`;
    const [newest] = (await get(`${at}?page_size=1`)).items;
    const [oldest] = (await get(`${at}?page_size=1&ordering=occurred_at`)).items;
    expect([newest.kind, oldest.kind]).toEqual(['provider_fee', 'payment_received']);
    expect((await get(`${at}?page_size=1&page=2`)).items).toEqual([oldest]);
    expect((await get(`${at}?occurred_before=${oldest.occurred_at}`)).total).toBe(0);
    expect((await get(`${at}?occurred_after=2999-01-01T00:00:00Z`)).items).toEqual([]);
    expect((await get(`${at}?search=RECEIVED`)).items).toEqual([oldest]);
    expect((await get(`${at}?search=nothing`)).items).toEqual([]);
    expect(await accounts('currency=EUR&search=clearing')).toEqual([clearing]);
    expect((await accounts('currency=EUR&search=stripe')).map(({ kind }) => kind).toSorted()).toEqual([
      'provider_clearing',
      'provider_fees',
    ]);
  });

  it('balances in each currency, now and at any time', async () => {
    const trial = await get('balances/');
    expect(trial.as_of).toBe(null);
    const sums = new Map<string, number>();
    for (const { balance } of trial.balances) {
      sums.set(balance.currency, (sums.get(balance.currency) ?? 0) + balance.amount);
    }
    expect(sums).toEqual(
      new Map([
        ['EUR', 0],
        ['JPY', 0],
      ]),
    );
    expect(trial.balances).toContainEqual({
      kind: 'provider_fees',
      balance: { amount: 56, currency: 'JPY' },
    });
    expect((await get('balances/?as_of=2020-01-01T00:00:00Z')).balances).toEqual([]);
    // A day means its end, in UTC.
    expect(await get('balances/?as_of=2020-01-01')).toEqual({
      as_of: '2020-01-01T23:59:59.999Z',
      balances: [],
    });
    const tomorrow = Temporal.Now.plainDateISO('UTC').add({ days: 1 }).toString();
    expect((await get(`balances/?as_of=${tomorrow}`)).balances).toEqual(trial.balances);
    // The visit was over a month ago, and paid for the day before.
    await app.sql(
      `update ledger_transactions set occurred_at = occurred_at - interval '31 days' where payment_id = $1`,
      [visit.transactionId],
    );
    await app.sql(
      `update ledger_transactions set occurred_at = occurred_at - interval '1 day'
       where payment_id = $1 and kind <> 'earning_released'`,
      [visit.transactionId],
    );
    const asOf = Temporal.Now.instant()
      .subtract({ hours: 31 * 24 + 12 })
      .toString();
    expect((await get(`balances/?as_of=${asOf}`)).balances).toEqual([
      { kind: 'provider_clearing', balance: eur(4825) },
      { kind: 'doctor_pending', balance: eur(-4250) },
      { kind: 'platform_revenue', balance: eur(-750) },
      { kind: 'provider_fees', balance: eur(175) },
    ]);
    const [pending] = await accounts(`kind=doctor_pending&currency=EUR&as_of=${asOf}`);
    expect(pending?.balance).toEqual(eur(-4250));
    expect(await get(`accounts/${pending?.id}/?as_of=${asOf}`)).toEqual(pending);
    expect((await get(`accounts/${pending?.id}/`)).balance).toEqual(eur(0));
  });

  it('asks the provider again for a fee that it does not know yet, and books it once', async () => {
    const stripe = app.nest.get(PaymentProviders, { strict: false }).named('stripe');
    const unknown = mock.method(stripe as Required<PaymentProvider>, 'feeOf', async () => null);
    const { transactionId } = await paidVisit(app, doctor);
    await app.drained();
    expect(unknown.mock.callCount()).toBe(1);
    unknown.mock.restore();
    const booked = () =>
      app.sql<{ kind: string; amount: number }>(
        `select a.kind, p.amount::int from ledger_postings p join ledger_accounts a on a.id = p.account_id
         join ledger_transactions t on t.id = p.transaction_id
         where t.kind = 'provider_fee' and t.payment_id = $1 order by p.amount`,
        [transactionId],
      );
    expect(await booked()).toEqual([]);
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'payments.book-provider-fee' and state = 'created'`,
    );
    await app.drained();
    const fee = [
      { kind: 'provider_clearing', amount: -56 },
      { kind: 'provider_fees', amount: 56 },
    ];
    expect(await booked()).toEqual(fee);
    const fees = app.nest.get(ProviderFeesService, { strict: false });
    await Promise.all([1, 2, 3].map(() => fees.book(systemActor('test'), transactionId, 0)));
    expect(await booked()).toEqual(fee);
  });

  it('is for administrators, and says what does not exist', async () => {
    for (const path of ['balances/', 'accounts/', `accounts/${NOBODY}/`, `accounts/${NOBODY}/postings/`]) {
      expect((await doctor.client.get(`/api/payments/ledger/${path}`)).status).toBe(403);
    }
    for (const path of [`accounts/${NOBODY}/`, `accounts/${NOBODY}/postings/`]) {
      expect(await admin.client.get(`/api/payments/ledger/${path}`)).toMatchObject({
        status: 404,
        body: { details: { code: 'ledger_account_not_found' } },
      });
    }
    for (const path of ['accounts/?kind=slush', 'accounts/?as_of=yesterday', 'balances/?as_of=1']) {
      expect((await admin.client.get(`/api/payments/ledger/${path}`)).status).toBe(400);
    }
  });
});
