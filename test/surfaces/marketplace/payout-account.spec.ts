import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, PAYING_APP, sendWebhook, settled, webhookBody } from '../../support/paying.ts';
import { openPayoutAccount } from '../../support/payouts.ts';
import { type Person, register, registerAdmin, registerDoctor } from '../../support/people.ts';

const PATH = '/api/payments/payout-account/';

describe('payout accounts', () => {
  let app: TestApp;
  let admin: Person;

  before(async () => {
    app = await startTestApp({ ...PAYING_APP, ALLOWED_ORIGINS: 'https://clinic.example' });
    admin = await registerAdmin(app);
  });
  after(() => app.close());

  const account = async (doctor: Person) => (await doctor.client.get(PATH)).body.data;

  it('opens an account with a page of the provider, and is told when money can be sent there', async () => {
    const doctor = await registerDoctor(app, admin);
    expect((await doctor.client.get(PATH)).body.details.code).toBe('payout_account_not_found');
    const opened = await doctor.client.post(PATH, { return_url: 'https://clinic.example/money?tab=1' });
    expect(opened.status).toBe(201);
    expect(opened.body).toEqual({
      status: 'success',
      message: 'Answer the provider’s questions at onboarding_url, where there is one.',
      data: {
        doctor_id: doctor.doctorId,
        provider: 'stripe',
        provider_reference: expect.stringMatching(/^acct_/),
        status: 'onboarding',
        details_submitted: false,
        disabled_reason: 'requirements.past_due',
        requirements: expect.arrayContaining([expect.any(String)]),
        bank_account_last4: null,
        created_at: expect.any(String),
        updated_at: expect.any(String),
        onboarding_url: expect.stringContaining(`${app.sandbox.url}/connect/`),
        onboarding_expires_at: expect.any(String),
      },
    });
    const { onboarding_url, provider_reference } = opened.body.data;
    expect(app.sandbox.control.accounts().at(-1)).toMatchObject({
      id: provider_reference,
      country: 'FR',
      metadata: { doctor_id: doctor.doctorId },
      capabilities: { transfers: 'inactive' },
      controller: { stripe_dashboard: { type: 'express' } },
    });
    const submitted = await fetch(onboarding_url, {
      method: 'POST',
      body: new URLSearchParams({ action: 'submit' }),
      redirect: 'manual',
    });
    expect(submitted.headers.get('location')).toBe('https://clinic.example/money?tab=1');
    await settled(app);
    expect(
      await app.sql(`select is_ready from payout_accounts where practitioner_id = $1`, [doctor.doctorId]),
    ).toEqual([{ is_ready: true }]);
    expect(await account(doctor)).toMatchObject({ status: 'ready', disabled_reason: null });
    app.sandbox.control.restrictAccount(provider_reference);
    await settled(app);
    expect(await account(doctor)).toMatchObject({ status: 'restricted', details_submitted: true });
    const trail = await app.sql(
      `select action, actor_user_id from audit_log where resource = 'payout_account' and resource_id = $1 order by sequence`,
      [doctor.doctorId],
    );
    expect(trail).toEqual([
      { action: 'payout_account.opened', actor_user_id: doctor.userId },
      { action: 'payout_account.ready', actor_user_id: null },
      { action: 'payout_account.restricted', actor_user_id: null },
    ]);
  });

  it('opens one account for two clicks at once, with a link for each', async () => {
    const doctor = await registerDoctor(app, admin);
    const answers = await Promise.all([doctor.client.post(PATH), doctor.client.post(PATH, {})]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    const references = new Set(answers.map(({ body }) => body.data.provider_reference));
    expect(references.size).toBe(1);
    expect(await openPayoutAccount(doctor)).toBe([...references][0]);
    const made = app.sandbox.control
      .accounts()
      .filter(({ metadata }) => metadata?.['doctor_id'] === doctor.doctorId);
    expect(made).toHaveLength(1);
  });

  it('asks the provider itself when nobody has told that the account is ready', async () => {
    const doctor = await registerDoctor(app, admin);
    const reference = await openPayoutAccount(doctor);
    app.sandbox.control.loseNext(1, ['account.updated']);
    app.sandbox.control.completeOnboarding(reference);
    await settled(app);
    expect(await account(doctor)).toMatchObject({ status: 'ready' });
  });

  it('does not go back to what the provider said before', async () => {
    const doctor = await registerDoctor(app, admin);
    const reference = await openPayoutAccount(doctor);
    app.sandbox.control.completeOnboarding(reference);
    await settled(app);
    const old = JSON.parse(webhookBody(app, 'account.updated', reference));
    old.id = 'evt_old';
    old.created -= 60;
    old.data.object.payouts_enabled = false;
    expect((await sendWebhook(app, JSON.stringify(old))).status).toBe(200);
    await settled(app);
    expect(await account(doctor)).toMatchObject({ status: 'ready' });
    const [event] = await app.sql(`select outcome from webhook_events where event_id = 'evt_old'`);
    expect(event).toEqual({ outcome: 'unchanged' });
  });

  it('sends nobody to a foreign site', async () => {
    const doctor = await registerDoctor(app, admin);
    for (const return_url of ['https://evil.example/', 'https://clinic.example.evil.example/']) {
      const answer = await doctor.client.post(PATH, { return_url });
      expect(answer).toMatchObject({ status: 400, body: { details: { code: 'return_url_not_allowed' } } });
    }
    for (const return_url of ['javascript:alert(1)', 'nowhere', 5]) {
      expect((await doctor.client.post(PATH, { return_url })).status).toBe(400);
    }
    expect((await doctor.client.post(PATH, { return_url: `${app.url}/done` })).status).toBe(201);
  });

  it('is a doctor’s own; an administrator looks, and opens none', async () => {
    const doctor = await registerDoctor(app, admin);
    const other = await registerDoctor(app, admin);
    await openPayoutAccount(doctor);
    const seen = await admin.client.get(`${PATH}?doctor_id=${doctor.doctorId}`);
    expect(seen.body.data).toEqual(await account(doctor));
    expect((await admin.client.get(PATH)).body.details.code).toBe('doctor_id_required');
    expect((await admin.client.post(PATH, {})).status).toBe(403);
    const foreign = await other.client.get(`${PATH}?doctor_id=${doctor.doctorId}`);
    expect(foreign.body.details.code).toBe('doctor_not_found');
    const patient = await register(app);
    expect((await patient.client.get(PATH)).status).toBe(403);
    expect((await app.client().post(PATH, {})).status).toBe(401);
  });

  it('says so when the provider does not answer', async () => {
    const doctor = await registerDoctor(app, admin);
    app.sandbox.control.dropResponses(3, 'destroy');
    expect(await doctor.client.post(PATH, {})).toMatchObject({
      status: 503,
      body: { details: { code: 'payment_provider_unavailable' } },
    });
    await openPayoutAccount(doctor);
    const made = app.sandbox.control
      .accounts()
      .filter(({ metadata }) => metadata?.['doctor_id'] === doctor.doctorId);
    expect(made).toHaveLength(1);
    expect(await failedJobs(app)).toEqual([]);
  });
});
