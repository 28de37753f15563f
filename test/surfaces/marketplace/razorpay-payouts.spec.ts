import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, intentFor, PAYING_APP, settled } from '../../support/paying.ts';
import { doctorBalances } from '../../support/payouts.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const ACCOUNT = '/api/payments/payout-account/';
const PAYOUTS = '/api/payments/payouts/';
const inr = (amount: number) => ({ amount, currency: 'INR' });
/** The doctor's part of a visit: 800.00 less 15 %. */
const NET = 68_000;
const NUMBER = '50100099887766';
const PAN = 'ABCPR1234F';

let doctors = 0;
const details = (more: object = {}) => ({
  legal_name: 'Asha Rao',
  email: `doctor-${(doctors += 1)}@rao.test`,
  phone: '+918041234567',
  pan: PAN,
  address: {
    street: '14, 3rd Cross, Indiranagar',
    city: 'Bengaluru',
    state: 'Karnataka',
    postal_code: '560038',
  },
  bank_account: { account_number: NUMBER, ifsc: 'hdfc0000317' },
  terms_accepted: true,
  ...more,
});

describe('payouts by Razorpay', () => {
  let app: TestApp;
  let author: Person;
  let approver: Person;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    author = await registerAdmin(app);
    approver = await registerAdmin(app);
  });
  after(() => app.close());

  const control = () => app.razorpay.control;
  const newDoctor = () => registerDoctor(app, author, { consultation_fee: inr(80_000) });
  const open = async (doctor: Person, body: object = { details: details() }): Promise<string> => {
    const answer = await doctor.client.post(ACCOUNT, body);
    if (answer.status !== 201) throw new Error(`No payout account: ${JSON.stringify(answer.body)}`);
    return answer.body.data.provider_reference;
  };
  const payable = async () => {
    const doctor = await newDoctor();
    const reference = await open(doctor);
    await settled(app);
    return { doctor, reference };
  };
  const account = async (doctor: Person) => (await doctor.client.get(ACCOUNT)).body.data;
  const earn = async (doctor: DoctorPerson) => {
    const patient = await register(app);
    const { id } = await book(patient, doctor.doctorId);
    const intent = await intentFor(patient, id);
    control().pay(intent.client_secret);
    await settled(app);
    for (const step of ['start', 'end']) {
      expect((await doctor.client.post(`/api/appointments/${id}/${step}/`)).status).toBe(200);
    }
    await settled(app);
  };
  const draft = async (doctor: DoctorPerson): Promise<string> => {
    const answer = await author.client.post(PAYOUTS, { doctor_id: doctor.doctorId });
    expect(answer.status).toBe(201);
    return answer.body.data.id;
  };
  const decide = (id: string, status: string) => approver.client.put(`${PAYOUTS}${id}/`, { status });
  const approve = async (id: string) => {
    expect((await decide(id, 'approved')).status).toBe(200);
    await settled(app);
  };
  const payout = async (id: string) => (await author.client.get(`${PAYOUTS}${id}/`)).body.data;
  const transfersOf = (id: string) =>
    control()
      .allTransfers()
      .filter(({ notes }) => !Array.isArray(notes) && notes['payout_id'] === id);
  const jobNow = async (queue: string, payoutId: string) => {
    await app.sql(`update pgboss.job set start_after = now() where name = $1 and data ->> 'payoutId' = $2`, [
      queue,
      payoutId,
    ]);
    await settled(app);
  };

  it('asks the doctor for what Razorpay must know, and keeps the end of the number alone', async () => {
    const doctor = await newDoctor();
    expect(await doctor.client.post(ACCOUNT, {})).toMatchObject({
      status: 400,
      body: { details: { code: 'payout_details_required' } },
    });
    const told = details();
    const opened = await doctor.client.post(ACCOUNT, { details: told });
    expect(opened.status).toBe(201);
    expect(opened.body.data).toEqual({
      doctor_id: doctor.doctorId,
      provider: 'razorpay',
      provider_reference: expect.stringMatching(/^acc_[0-9A-Za-z]{14}$/),
      status: 'ready',
      details_submitted: true,
      disabled_reason: null,
      requirements: [],
      bank_account_last4: '7766',
      created_at: expect.any(String),
      updated_at: expect.any(String),
      onboarding_url: null,
      onboarding_expires_at: null,
    });
    await settled(app);
    const { provider_reference: reference } = opened.body.data;
    expect(control().accounts().at(-1)).toMatchObject({
      id: reference,
      email: told.email,
      business_type: 'individual',
      legal_business_name: 'Asha Rao',
      notes: { doctor_id: doctor.doctorId },
    });
    expect(control().products().at(-1)).toMatchObject({
      account_id: reference,
      active_configuration: {
        settlements: { account_number: NUMBER, ifsc_code: 'HDFC0000317', beneficiary_name: 'Asha Rao' },
      },
    });
    const trail = await app.sql<{ action: string }>(
      `select action from audit_log where resource = 'payout_account' and resource_id = $1 order by sequence`,
      [doctor.doctorId],
    );
    expect(trail.map(({ action }) => action)).toEqual([
      'payout_account.opened',
      'payout_account.ready',
      'payout_account.details_told',
    ]);
    const tables = await app.sql<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE'`,
    );
    for (const { name } of tables) {
      const kept = await app.sql(`select 1 from ${name} t where to_jsonb(t)::text like any (array[$1, $2])`, [
        `%${NUMBER}%`,
        `%${PAN}%`,
      ]);
      expect([name, kept]).toEqual([name, []]);
    }
  });

  it('refuses what makes no sense, and tells what Razorpay refused', async () => {
    const doctor = await newDoctor();
    const wrong = [
      { pan: 'ABCCR1234F' },
      { pan: '' },
      { legal_name: 'R@o' },
      { email: 'nobody' },
      { phone: '12' },
      { bank_account: { account_number: '12', ifsc: 'HDFC0000317' } },
      { bank_account: { account_number: NUMBER, ifsc: 'HDFC1000317' } },
      { bank_account: { account_number: { $gt: '' }, ifsc: 'HDFC0000317' } },
      { address: { street: 'x', city: 'Bengaluru', state: 'Karnataka', postal_code: '560038' } },
      { terms_accepted: false },
    ];
    for (const more of wrong) {
      expect((await doctor.client.post(ACCOUNT, { details: details(more) })).status).toBe(400);
    }
    const other = await newDoctor();
    const theirs = details();
    await open(other, { details: theirs });
    expect(await doctor.client.post(ACCOUNT, { details: details({ email: theirs.email }) })).toMatchObject({
      status: 409,
      body: { details: { code: 'payout_details_refused', reason: 'email_in_use', field: 'email' } },
    });
    expect((await doctor.client.get(ACCOUNT)).body.details.code).toBe('payout_account_not_found');
    // Stripe asks on its own page: nobody's bank account is sent there from here.
    const elsewhere = await registerDoctor(app, author);
    expect(await elsewhere.client.post(ACCOUNT, { details: details() })).toMatchObject({
      status: 400,
      body: { details: { code: 'payout_details_unasked' } },
    });
    expect(await open(elsewhere, { currency: 'INR', details: details() })).toMatch(/^acc_/);
    expect(await open(elsewhere, {})).toMatch(/^acct_/);
    expect((await elsewhere.client.get(`${ACCOUNT}?currency=INR`)).body.data.provider).toBe('razorpay');
    expect((await account(elsewhere)).provider).toBe('stripe');
  });

  it('opens one account, also when answers are lost and for two clicks at once', async () => {
    const doctor = await newDoctor();
    const told = details();
    // Each step may have been done, and nobody has heard of it.
    for (let tries = 0; tries < 4; tries += 1) {
      control().dropResponses(1);
      const answer = await doctor.client.post(ACCOUNT, { details: told });
      expect([201, 503]).toContain(answer.status);
      control().clearFaults();
    }
    const answers = await Promise.all([1, 2].map(() => doctor.client.post(ACCOUNT, { details: told })));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    const made = control()
      .accounts()
      .filter(({ email }) => email === told.email);
    expect(made).toHaveLength(1);
    expect(
      control()
        .products()
        .filter(({ account_id: id }) => id === made[0]?.id),
    ).toHaveLength(1);
    await settled(app);
    expect(await account(doctor)).toMatchObject({ status: 'ready', provider_reference: made[0]?.id });
  });

  it('follows what Razorpay says of the bank account, and takes another one', async () => {
    control().reviewAccounts(true);
    const doctor = await newDoctor();
    const told = details();
    const reference = await open(doctor, { details: told });
    await settled(app);
    expect(await account(doctor)).toMatchObject({
      status: 'restricted',
      disabled_reason: 'under_review',
      details_submitted: true,
    });
    const locked = await doctor.client.post(ACCOUNT, { details: told });
    expect(locked).toMatchObject({ status: 409, body: { details: { code: 'payout_details_refused' } } });
    control().decideAccount(reference, 'needs_clarification');
    await settled(app);
    expect(await account(doctor)).toMatchObject({
      status: 'restricted',
      disabled_reason: 'needs_clarification',
      requirements: expect.arrayContaining(['settlements.ifsc_code']),
    });
    const bank = { account_number: '00112233445566', ifsc: 'SBIN0000300', holder: 'A Rao' };
    await open(doctor, { details: { ...told, bank_account: bank } });
    // Nobody tells that it is activated: who asks is told.
    control().loseNext('all');
    control().decideAccount(reference, 'activated');
    control().clearFaults();
    expect(await account(doctor)).toMatchObject({
      status: 'ready',
      requirements: [],
      bank_account_last4: '5566',
    });
    control().suspendAccount(reference);
    await settled(app);
    expect(await account(doctor)).toMatchObject({ status: 'restricted', disabled_reason: 'suspended' });
    control().reviewAccounts(false);
  });

  it('drafts, approves and transfers what was paid at Razorpay, and books its fee', async () => {
    const { doctor, reference } = await payable();
    await earn(doctor);
    const id = await draft(doctor);
    expect(await payout(id)).toMatchObject({ provider: 'razorpay', amount: inr(NET), status: 'draft' });
    await approve(id);
    const [transfer] = transfersOf(id);
    expect(transfer).toMatchObject({ recipient: reference, amount: NET, currency: 'INR', fees: 170 });
    expect(await payout(id)).toMatchObject({ status: 'paid', provider_reference: transfer?.id });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
    const fees = await app.sql(
      `select a.kind, a.provider, p.amount::int as amount from ledger_postings p
       join ledger_accounts a on a.id = p.account_id join ledger_transactions t on t.id = p.transaction_id
       where t.kind = 'payout_fee' and t.reference = (select attempt_id from payouts where id = $1) order by p.amount`,
      [id],
    );
    expect(fees).toEqual([
      { kind: 'provider_clearing', provider: 'razorpay', amount: -170 },
      { kind: 'provider_fees', provider: 'razorpay', amount: 170 },
    ]);
    expect((await author.client.get(`${PAYOUTS}${id}/statement/`)).status).toBe(200);
  });

  it('waits for a transfer that takes its time, and has the money again when it fails', async () => {
    const { doctor } = await payable();
    await earn(doctor);
    const id = await draft(doctor);
    control().slowTransfers(true);
    await approve(id);
    expect(await payout(id)).toMatchObject({ status: 'processing' });
    await jobNow('payments.execute-payout', id);
    expect(transfersOf(id)).toHaveLength(1);
    control().settleTransfer(transfersOf(id)[0]?.id ?? '', 'failed');
    await settled(app);
    expect(await payout(id)).toMatchObject({ status: 'failed', failure_code: 'beneficiary_account_invalid' });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: NET });
    await approve(id);
    expect(transfersOf(id)).toHaveLength(2);
    // The webhook is lost: the job looks, and finds it made.
    control().loseNext('all');
    control().settleTransfer(transfersOf(id)[1]?.id ?? '', 'processed');
    control().clearFaults();
    await jobNow('payments.execute-payout', id);
    expect(await payout(id)).toMatchObject({ status: 'paid', failure_code: null });
    control().slowTransfers(false);
    // What was told of the attempt before comes once more: it is that one's story.
    const failed = control()
      .events()
      .find(({ event }) => event.body.event === 'transfer.failed');
    control().redeliver(failed?.event.id ?? '');
    await settled(app);
    expect(await payout(id)).toMatchObject({ status: 'paid', returned: inr(0) });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('makes one transfer when the answer is lost and the event comes five times', async () => {
    const { doctor } = await payable();
    await earn(doctor);
    const id = await draft(doctor);
    control().dropResponses(3);
    control().duplicateNext(1, 4, ['transfer.processed']);
    await approve(id);
    control().clearFaults();
    await jobNow('payments.execute-payout', id);
    expect(transfersOf(id)).toHaveLength(1);
    expect(await payout(id)).toMatchObject({ status: 'paid' });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({});
  });

  it('finds out by night what was taken back, since no event tells of it', async () => {
    const { doctor } = await payable();
    await earn(doctor);
    const id = await draft(doctor);
    await approve(id);
    control().reverseTransfer(transfersOf(id)[0]?.id ?? '', 20_000);
    await app.sql(`insert into pgboss.job (name, data) values ('payments.check-payouts', '{}')`);
    await settled(app);
    expect(await payout(id)).toMatchObject({ status: 'paid', returned: inr(20_000) });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 20_000 });
    const again = await draft(doctor);
    expect(await payout(again)).toMatchObject({ amount: inr(20_000) });
  });

  it('sends nothing to an account that is suspended', async () => {
    const { doctor, reference } = await payable();
    await earn(doctor);
    const id = await draft(doctor);
    control().suspendAccount(reference);
    await settled(app);
    expect(await decide(id, 'approved')).toMatchObject({
      status: 409,
      body: { details: { code: 'payout_account_not_ready' } },
    });
    // Nobody has told, and Razorpay refuses.
    await app.sql('update payout_accounts set is_ready = true where practitioner_id = $1', [doctor.doctorId]);
    await approve(id);
    expect(await payout(id)).toMatchObject({ status: 'failed', failure_code: expect.any(String) });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: NET });
  });

  it('shows nobody in the inbox what a doctor told', async () => {
    const events = await author.client.get('/api/payments/webhook-events/?type=product.route.activated');
    expect(events.body.data.items.length).toBeGreaterThan(0);
    for (const { id } of events.body.data.items) {
      const seen = await author.client.get(`/api/payments/webhook-events/${id}/`);
      expect(JSON.stringify(seen.body)).not.toMatch(/5010009|ABCPR|Asha/);
    }
    expect(await failedJobs(app)).toEqual([]);
  });
});
