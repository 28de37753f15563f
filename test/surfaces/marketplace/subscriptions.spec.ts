import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { SubscriptionsService } from '#payments';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { ID, TIME } from '../../support/matchers.ts';
import { failedJobs, PAYING_APP, sendWebhook, settled } from '../../support/paying.ts';
import {
  type DoctorPerson,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { clickOn, openCheckout, subscribe } from '../../support/subscribing.ts';

const PATH = '/api/payments/subscription/';
const CHECKOUT = `${PATH}checkout/`;
const PORTAL = `${PATH}portal/`;
const LIST = '/api/payments/subscriptions/';
const PRO = { amount: 4900, currency: 'EUR' };

describe('subscriptions', () => {
  let app: TestApp;
  let admin: Person;

  before(async () => {
    app = await startTestApp({ ...PAYING_APP, ALLOWED_ORIGINS: 'https://clinic.example' });
    admin = await registerAdmin(app);
  });
  after(() => app.close());

  const newDoctor = () => registerDoctor(app, admin);
  const own = async (doctor: Person) => (await doctor.client.get(PATH)).body.data;
  const has = (doctor: Person, plan: 'basic' | 'pro') =>
    app.nest.get(SubscriptionsService).hasPlan({ userId: doctor.userId }, plan);
  const nightly = () => app.onSchedule('payments.look-after-subscriptions');
  /** What stands here, without anybody being asked. */
  const stored = (reference: string) =>
    app.sql<{ id: string; status: string; organization_id: string }>(
      `select id, status, organization_id from subscriptions where provider_reference = $1`,
      [reference],
    );
  const told = async (person: Person) => {
    await app.drained();
    const rows = await app.sql<{ type: string }>(
      `select type from notifications where user_id = $1 and type like 'subscription%' order by created_at`,
      [person.userId],
    );
    return rows.map(({ type }) => type);
  };
  /** Sums by kind of account, of all that was booked for a subscription. */
  const booked = async (reference: string) => {
    const rows = await app.sql<{ kind: string; account: string; sum: string }>(
      `select t.kind, a.kind as account, sum(p.amount) as sum from ledger_transactions t
       join ledger_postings p on p.transaction_id = t.id join ledger_accounts a on a.id = p.account_id
       where t.reference in (
         select sp.id from subscription_payments sp join subscriptions s on s.id = sp.subscription_id
           where s.provider_reference = $1
         union select r.id from subscription_refunds r join subscription_payments sp on sp.id = r.subscription_payment_id
           join subscriptions s on s.id = sp.subscription_id where s.provider_reference = $1)
       group by t.kind, a.kind order by t.kind, a.kind`,
      [reference],
    );
    return rows.map(({ kind, account, sum }) => `${kind} ${account} ${sum}`);
  };
  const PAID = [
    'subscription_fee provider_clearing -172',
    'subscription_fee provider_fees 172',
    'subscription_paid provider_clearing 4900',
    'subscription_paid subscription_revenue -4900',
  ];

  it('offers its plans to everybody', async () => {
    const answer = await app.client().get('/api/payments/plans/');
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body.data).toEqual([
      { plan: 'basic', trial_days: 90, interval: 'month', prices: [] },
      {
        plan: 'pro',
        trial_days: 0,
        interval: 'month',
        prices: [PRO, { amount: 4900, currency: 'USD' }, { amount: 199900, currency: 'INR' }],
      },
    ]);
  });

  describe('the trial', () => {
    it('gives a practice Basic for 90 days, once', async () => {
      const doctor = await newDoctor();
      expect((await doctor.client.get(PATH)).body.details.code).toBe('subscription_not_found');
      expect(await has(doctor, 'basic')).toBe(false);
      const answers = await Promise.all([doctor.client.post(PATH), doctor.client.post(PATH)]);
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409']);
      const given = answers.find(({ status }) => status === 201);
      expect(given?.body).toEqual({
        status: 'success',
        message: 'The trial has begun.',
        data: {
          id: ID,
          organization_id: ID,
          plan: 'basic',
          status: 'trialing',
          is_in_force: true,
          price: null,
          trial_ends_at: TIME,
          period_ends_at: null,
          cancels_at: null,
          ended_at: null,
          provider: null,
          provider_reference: null,
          created_at: TIME,
          updated_at: TIME,
        },
      });
      const { trial_ends_at, created_at } = given?.body.data ?? {};
      expect(Date.parse(trial_ends_at) - Date.parse(created_at)).toBe(90 * 86_400_000);
      expect(answers.find(({ status }) => status === 409)?.body.details.code).toBe('trial_used');
      expect(await own(doctor)).toEqual(given?.body.data);
      expect([await has(doctor, 'basic'), await has(doctor, 'pro')]).toEqual([true, false]);
      const trail = await app.sql(
        `select actor_user_id from audit_log where action = 'subscription.trial_started' and resource_id = $1`,
        [given?.body.data.id],
      );
      expect(trail).toEqual([{ actor_user_id: doctor.userId }]);
    });

    it('is over when its time is over; who has not subscribed is told a week ahead, once', async () => {
      const [doctor, subscriber] = [await newDoctor(), await newDoctor()];
      await Promise.all([doctor.client.post(PATH), subscriber.client.post(PATH)]);
      await subscribe(app, subscriber);
      await settled(app);
      await nightly();
      expect(await told(doctor)).toEqual([]);
      await app.sql(
        `update subscriptions set trial_ends_at = now() + interval '6 days' where provider is null`,
      );
      await nightly();
      await nightly();
      expect(await told(doctor)).toEqual(['subscription_trial_ending']);
      expect(await told(subscriber)).toEqual([]);
      await app.sql(
        `update subscriptions set trial_ends_at = now() - interval '1 second' where user_id = $1`,
        [doctor.userId],
      );
      // Before the job has come by.
      expect(await own(doctor)).toMatchObject({ status: 'trialing', is_in_force: false, ended_at: null });
      expect(await has(doctor, 'basic')).toBe(false);
      await nightly();
      expect(await own(doctor)).toMatchObject({ status: 'expired', is_in_force: false, ended_at: TIME });
      expect((await doctor.client.post(PATH)).body.details.code).toBe('trial_used');
      expect(await told(doctor)).toEqual(['subscription_trial_ending']);
    });
  });

  describe('the checkout', () => {
    it('leads to a page of the provider; who pays there has Pro', async () => {
      const doctor = await newDoctor();
      const trial = (await doctor.client.post(PATH)).body.data;
      const answer = await doctor.client.post(CHECKOUT, {
        success_url: 'https://clinic.example/welcome?from={CHECKOUT_SESSION_ID}',
        cancel_url: 'https://clinic.example/plans',
      });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        status: 'success',
        message: 'Subscribe at checkout_url.',
        data: {
          id: ID,
          plan: 'pro',
          price: PRO,
          checkout_url: expect.stringContaining(`${app.sandbox.url}/checkout/cs_test_`),
          expires_at: TIME,
        },
      });
      const { checkout_url, id } = answer.body.data;
      const session = app.sandbox.control.checkouts().at(-1);
      expect(session).toMatchObject({
        mode: 'subscription',
        client_reference_id: trial.organization_id,
        metadata: { checkout_id: id },
      });
      expect(await clickOn(checkout_url, 'back')).toBe('https://clinic.example/plans');
      // A declined card is no subscription.
      expect(await clickOn(checkout_url, 'decline')).toBe(null);
      expect(await own(doctor)).toEqual(trial);
      expect(await clickOn(checkout_url, 'pay')).toBe(`https://clinic.example/welcome?from=${session?.id}`);
      await settled(app);
      const reference = session?.subscription as string;
      const pro = await own(doctor);
      expect(pro).toEqual({
        id: ID,
        organization_id: trial.organization_id,
        plan: 'pro',
        status: 'active',
        is_in_force: true,
        price: PRO,
        trial_ends_at: null,
        period_ends_at: TIME,
        cancels_at: null,
        ended_at: null,
        provider: 'stripe',
        provider_reference: reference,
        created_at: TIME,
        updated_at: TIME,
      });
      expect([await has(doctor, 'basic'), await has(doctor, 'pro')]).toEqual([true, true]);
      expect(await booked(reference)).toEqual(PAID);
      expect(await doctor.client.post(CHECKOUT, {})).toMatchObject({
        status: 409,
        body: {
          details: { code: 'already_subscribed', subscription_id: pro.id, status: 'active' },
        },
      });
      const trail = await app.sql(
        `select action, actor_user_id from audit_log where resource like 'subscription%' and chain = $1 order by sequence`,
        [trial.organization_id],
      );
      expect(trail).toEqual([
        { action: 'subscription.trial_started', actor_user_id: doctor.userId },
        { action: 'subscription.checkout_opened', actor_user_id: doctor.userId },
        { action: 'subscription.active', actor_user_id: null },
      ]);
    });

    it('is one page for two clicks at once, and one subscription', async () => {
      const doctor = await newDoctor();
      const pages = await Promise.all([1, 2, 3, 4, 5].map(() => openCheckout(doctor)));
      expect(new Set(pages.map(({ checkout_url }) => checkout_url)).size).toBe(1);
      const { session } = await openCheckout(doctor);
      expect(session).toBe(pages[0]?.session);
      const paid = [1, 2].map(() => clickOn(String(pages[0]?.checkout_url), 'pay'));
      await Promise.all(paid);
      await settled(app);
      const customer = app.sandbox.control.checkouts().find(({ id }) => id === session)?.customer;
      expect(app.sandbox.control.subscriptions().filter((one) => one.customer === customer)).toHaveLength(1);
      expect(app.sandbox.control.checkouts().filter((one) => one.customer === customer)).toHaveLength(1);
      const all = await app.sql(`select status from subscriptions where user_id = $1`, [doctor.userId]);
      expect(all).toEqual([{ status: 'active' }]);
    });

    it('is another page for another wish, and the first is closed', async () => {
      const doctor = await newDoctor();
      const euros = await openCheckout(doctor);
      const rupees = await openCheckout(doctor, { currency: 'INR' });
      expect(rupees).toMatchObject({ price: { amount: 199900, currency: 'INR' } });
      expect(() => app.sandbox.control.payCheckout(euros.session)).toThrow('expired');
      app.sandbox.control.payCheckout(rupees.session);
      await settled(app);
      expect(await own(doctor)).toMatchObject({ price: { amount: 199900, currency: 'INR' } });
    });

    it('ends with one subscription when two want different pages at once', async () => {
      const doctor = await newDoctor();
      const wishes = ['EUR', 'USD', 'EUR', 'INR'].map((currency) =>
        doctor.client.post(CHECKOUT, { currency }),
      );
      const answers = await Promise.all(wishes);
      for (const { status } of answers) expect([201, 409]).toContain(status);
      expect(answers.some(({ status }) => status === 201)).toBe(true);
      const [mine] = app.sandbox.control.checkouts().slice(-1);
      const open = app.sandbox.control
        .checkouts()
        .filter((one) => one.customer === mine?.customer && one.status === 'open');
      expect(open).toHaveLength(1);
      app.sandbox.control.payCheckout(String(open[0]?.id));
      await settled(app);
      expect((await doctor.client.post(CHECKOUT, {})).status).toBe(409);
    });

    it('answers a repeated Idempotency-Key with the same page', async () => {
      const doctor = await newDoctor();
      const client = doctor.client.with({ 'idempotency-key': 'subscribe-1' });
      const [first, second] = [await client.post(CHECKOUT, {}), await client.post(CHECKOUT, {})];
      expect(second).toMatchObject({ status: 201, body: first.body });
      expect((await client.post(CHECKOUT, { currency: 'USD' })).status).toBe(422);
    });

    it('asks the provider itself when nobody has told that it was paid', async () => {
      const doctor = await newDoctor();
      app.sandbox.control.loseNext(20);
      const reference = await subscribe(app, doctor);
      expect(await own(doctor)).toMatchObject({ status: 'active', provider_reference: reference });
      expect((await doctor.client.post(CHECKOUT, {})).status).toBe(409);
      app.sandbox.control.clearFaults();
      expect(await booked(reference)).toEqual(PAID);
    });

    it('is looked after by night when nobody comes back', async () => {
      const doctor = await newDoctor();
      app.sandbox.control.loseNext(20);
      const reference = await subscribe(app, doctor);
      app.sandbox.control.clearFaults();
      await nightly();
      expect(await stored(reference)).toEqual([]);
      await app.sql(`update subscription_checkouts set created_at = created_at - interval '2 hours'`);
      await nightly();
      expect(await stored(reference)).toMatchObject([{ status: 'active' }]);
    });

    it('does nothing twice when the provider’s answer is lost', async () => {
      const doctor = await newDoctor();
      app.sandbox.control.dropResponses(3, 'destroy');
      expect(await doctor.client.post(CHECKOUT, {})).toMatchObject({
        status: 503,
        body: { details: { code: 'payment_provider_unavailable' } },
      });
      const { session } = await openCheckout(doctor);
      const { customer } = app.sandbox.control.checkouts().find(({ id }) => id === session) ?? {};
      expect(app.sandbox.control.checkouts().filter((one) => one.customer === customer)).toHaveLength(1);
    });

    it('takes no price from the client, no foreign address and no other currency', async () => {
      const doctor = await newDoctor();
      const refused = async (wish: unknown) => (await doctor.client.post(CHECKOUT, wish)).status;
      const cheap = await openCheckout(doctor, { price: 1, amount: 1, plan: 'basic', organization_id: 'x' });
      expect(cheap).toMatchObject({ plan: 'pro', price: PRO });
      for (const wish of [
        { success_url: 'https://evil.example/' },
        { cancel_url: 'https://evil.example/' },
      ]) {
        expect((await doctor.client.post(CHECKOUT, wish)).body.details.code).toBe('return_url_not_allowed');
      }
      expect((await doctor.client.post(CHECKOUT, { currency: 'JPY' })).body.details).toEqual({
        code: 'plan_not_sold_in_currency',
        currency: 'JPY',
      });
      for (const wish of [
        { currency: 'XXX' },
        { success_url: 'javascript:alert(1)' },
        { success_url: `https://clinic.example/${'x'.repeat(2000)}` },
        [],
        'x',
      ]) {
        expect(await refused(wish)).toBe(400);
      }
      // Whose fee is in a currency that the plan is not sold in pays in the usual one.
      const tokyo = await registerDoctor(app, admin, { consultation_fee: { amount: 5000, currency: 'JPY' } });
      expect(await openCheckout(tokyo)).toMatchObject({ price: PRO });
    });
  });

  describe('what the provider tells', () => {
    it('counts once, in any order, five times at once', async () => {
      const doctor = await newDoctor();
      // The last comes first, and each comes six times.
      app.sandbox.control.loseNext(40);
      const reference = await subscribe(app, doctor);
      app.sandbox.control.advance(reference);
      app.sandbox.control.cancelSubscription(reference, 'now');
      app.sandbox.control.clearFaults();
      const types = [
        'customer.subscription.deleted',
        'invoice.paid',
        'customer.subscription.updated',
        'checkout.session.completed',
        'customer.subscription.created',
      ];
      const bodies = app.sandbox.control
        .events()
        .map(({ event }) => event)
        .filter(({ type, data }) => types.includes(type) && JSON.stringify(data.object).includes(reference))
        .toReversed()
        .map((event) => JSON.stringify(event));
      expect(bodies.length).toBeGreaterThan(5);
      const answers = await Promise.all(
        bodies.flatMap((body) => [1, 2, 3, 4, 5].map(() => sendWebhook(app, body))),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      await settled(app);
      expect(await stored(reference)).toMatchObject([{ status: 'cancelled' }]);
      expect(await own(doctor)).toMatchObject({ status: 'cancelled', is_in_force: false, ended_at: TIME });
      // Two months.
      expect(await booked(reference)).toEqual([
        'subscription_fee provider_clearing -344',
        'subscription_fee provider_fees 344',
        'subscription_paid provider_clearing 9800',
        'subscription_paid subscription_revenue -9800',
      ]);
      expect(await failedJobs(app)).toEqual([]);
    });

    it('does not undo what was asked later', async () => {
      const doctor = await newDoctor();
      const reference = await subscribe(app, doctor);
      await settled(app);
      await app.sql(
        `update subscriptions set status = 'past_due', as_of = now() + interval '1 minute' where provider_reference = $1`,
        [reference],
      );
      app.sandbox.control.useCard(reference, 'pm_card_visa');
      await settled(app);
      expect(await stored(reference)).toMatchObject([{ status: 'past_due' }]);
    });

    it('is nothing of ours when the subscription is somebody else’s', async () => {
      const event = {
        id: 'evt_foreign',
        object: 'event',
        type: 'customer.subscription.updated',
        created: Math.floor(Date.now() / 1000),
        data: { object: { id: 'sub_foreign', object: 'subscription' } },
      };
      const invoice = {
        ...event,
        id: 'evt_invoice',
        type: 'invoice.paid',
        data: { object: { id: 'in_foreign', object: 'invoice', parent: null } },
      };
      for (const body of [event, invoice])
        expect((await sendWebhook(app, JSON.stringify(body))).status).toBe(200);
      await settled(app);
      expect(await stored('sub_foreign')).toEqual([]);
      const events = await app.sql(`select outcome from webhook_events where event_id = 'evt_invoice'`);
      expect(events).toEqual([{ outcome: 'ignored' }]);
      expect(await failedJobs(app)).toEqual([]);
    });

    it('a month that cannot be charged leaves the plan in force, and is told once; paid, all is as before', async () => {
      const doctor = await newDoctor();
      const reference = await subscribe(app, doctor);
      await settled(app);
      app.sandbox.control.useCard(reference, 'pm_card_chargeDeclined');
      app.sandbox.control.advance(reference);
      await settled(app);
      expect(await own(doctor)).toMatchObject({ status: 'past_due', is_in_force: true });
      app.sandbox.control.retryCharge(reference);
      await settled(app);
      expect(await told(doctor)).toEqual(['subscription_past_due']);
      expect(await booked(reference)).toEqual(PAID);
      app.sandbox.control.giveUpCharging(reference);
      await settled(app);
      expect(await own(doctor)).toMatchObject({ status: 'suspended', is_in_force: false });
      expect(await has(doctor, 'pro')).toBe(false);
      app.sandbox.control.retryCharge(reference, 'pm_card_visa');
      await settled(app);
      expect(await own(doctor)).toMatchObject({ status: 'active', is_in_force: true });
      // The next month that fails is told again.
      app.sandbox.control.useCard(reference, 'pm_card_chargeDeclined');
      app.sandbox.control.advance(reference);
      await settled(app);
      expect(await told(doctor)).toEqual(['subscription_past_due', 'subscription_past_due']);
      expect((await booked(reference)).at(-1)).toBe('subscription_paid subscription_revenue -9800');
    });

    it('is asked for by night where it was lost', async () => {
      const doctor = await newDoctor();
      const reference = await subscribe(app, doctor);
      await settled(app);
      app.sandbox.control.loseNext(5);
      app.sandbox.control.cancelSubscription(reference, 'now');
      app.sandbox.control.clearFaults();
      await nightly();
      expect(await stored(reference)).toMatchObject([{ status: 'active' }]);
      await app.sql(`update subscriptions set as_of = as_of - interval '1 day'`);
      await nightly();
      expect(await stored(reference)).toMatchObject([{ status: 'cancelled' }]);
    });
  });

  describe('the portal', () => {
    it('lets one cancel with the end of the month, and subscribe again after that', async () => {
      const doctor = await newDoctor();
      expect((await doctor.client.post(PORTAL, {})).body.details.code).toBe('nothing_to_manage');
      const reference = await subscribe(app, doctor);
      await settled(app);
      const answer = await doctor.client.post(PORTAL, { return_url: 'https://clinic.example/plans' });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        status: 'success',
        message: 'Change it at portal_url.',
        data: { portal_url: expect.stringContaining(`${app.sandbox.url}/portal/`) },
      });
      const { portal_url } = answer.body.data;
      await clickOn(portal_url, 'cancel');
      await settled(app);
      const cancelled = await own(doctor);
      expect(cancelled).toMatchObject({
        status: 'active',
        is_in_force: true,
        cancels_at: cancelled.period_ends_at,
      });
      await clickOn(portal_url, 'keep');
      await settled(app);
      expect(await own(doctor)).toMatchObject({ status: 'active', cancels_at: null });
      await clickOn(portal_url, 'cancel');
      app.sandbox.control.advance(reference);
      await settled(app);
      expect(await own(doctor)).toMatchObject({ status: 'cancelled', is_in_force: false, ended_at: TIME });
      expect(await clickOn(portal_url, 'back')).toBe('https://clinic.example/plans');
      const next = await subscribe(app, doctor);
      await settled(app);
      expect(next).not.toBe(reference);
      expect(await own(doctor)).toMatchObject({ status: 'active', provider_reference: next });
      expect((await doctor.client.post(PORTAL, { return_url: 'https://evil.example/' })).status).toBe(400);
    });
  });

  describe('refunds from the dashboard', () => {
    const intentOf = async (reference: string) => {
      const [row] = await app.sql<{ provider_reference: string }>(
        `select sp.provider_reference from subscription_payments sp join subscriptions s on s.id = sp.subscription_id
         where s.provider_reference = $1`,
        [reference],
      );
      return String(row?.provider_reference);
    };
    const REFUNDED = [
      'subscription_refunded provider_clearing -1000',
      'subscription_refunded subscription_revenue 1000',
    ];

    it('are booked once', async () => {
      const reference = await subscribe(app, await newDoctor());
      await settled(app);
      app.sandbox.control.duplicateNext(1, 4, ['refund.created']);
      const refund = app.sandbox.control.refund(await intentOf(reference), 1000);
      await settled(app);
      expect(await booked(reference)).toEqual([...PAID, ...REFUNDED]);
      app.sandbox.control.settleRefund(refund.id, 'failed');
      await settled(app);
      expect(await booked(reference)).toEqual([
        ...PAID,
        'subscription_refund_returned provider_clearing 1000',
        'subscription_refund_returned subscription_revenue -1000',
        ...REFUNDED,
      ]);
    });

    it('are found with a payment that nobody had told of', async () => {
      const doctor = await newDoctor();
      app.sandbox.control.loseNext(20);
      const reference = await subscribe(app, doctor);
      const intent = app.sandbox.control.intents().at(-1);
      app.sandbox.control.clearFaults();
      app.sandbox.control.refund(String(intent?.id), 1000);
      await settled(app);
      expect(await booked(reference)).toEqual([]);
      await own(doctor);
      expect(await booked(reference)).toEqual([...PAID, ...REFUNDED]);
    });
  });

  it('shows administrators all of them, by what they ask for', async () => {
    const doctor = await newDoctor();
    await doctor.client.post(PATH);
    const reference = await subscribe(app, doctor);
    await settled(app);
    const pro = await own(doctor);
    const found = async (query: string) =>
      (await admin.client.get(`${LIST}?organization_id=${pro.organization_id}${query}`)).body.data;
    expect((await found('')).items[0]).toEqual(pro);
    const plans = async (query: string) =>
      (await found(query)).items.map(({ plan }: { plan: string }) => plan);
    expect(await plans('')).toEqual(['pro', 'basic']);
    expect(await plans('&ordering=created_at')).toEqual(['basic', 'pro']);
    expect(await plans('&plan=basic')).toEqual(['basic']);
    expect(await plans('&status=active')).toEqual(['pro']);
    expect(await plans('&status=expired')).toEqual([]);
    expect(await plans(`&search=${reference}`)).toEqual(['pro']);
    expect(await plans('&created_after=2100-01-01T00:00:00Z')).toEqual([]);
    expect(await plans('&page_size=1&page=2&ordering=-period_ends_at')).toEqual(['basic']);
    expect((await admin.client.get(`${LIST}?plan=gold`)).status).toBe(400);
    expect((await doctor.client.get(LIST)).status).toBe(403);
  });

  it('is for doctors with a practice', async () => {
    const patient = await register(app);
    const unfinished = await register(app, 'doctor');
    for (const path of [PATH, CHECKOUT, PORTAL]) {
      expect((await app.client().post(path, {})).status).toBe(401);
      expect((await patient.client.post(path, {})).status).toBe(403);
      expect((await admin.client.post(path, {})).status).toBe(403);
      expect((await unfinished.client.post(path, {})).body.details.code).toBe('doctor_profile_not_found');
    }
    expect((await patient.client.get(PATH)).status).toBe(403);
    expect((await unfinished.client.get(PATH)).body.details.code).toBe('doctor_profile_not_found');
  });

  it('charges nobody for an account that is gone', async () => {
    const doctor: DoctorPerson = await newDoctor();
    const reference = await subscribe(app, doctor);
    await settled(app);
    const gone = await doctor.client.request('DELETE', '/api/auth/profile/', { password: PASSWORD });
    expect(gone.status).toBe(200);
    await app.drained();
    await settled(app);
    const there = app.sandbox.control.subscriptions().find(({ id }) => id === reference);
    expect(there?.status).toBe('canceled');
    expect(await stored(reference)).toMatchObject([{ status: 'cancelled' }]);
  });
});
