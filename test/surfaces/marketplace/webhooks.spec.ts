import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  failedJobs,
  intentFor,
  PAYING_APP,
  payInBrowser,
  sendWebhook,
  settled,
  signatureOf,
  webhookBody,
} from '../../support/paying.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const NOW = () => Math.floor(Date.now() / 1000);

describe('webhooks', () => {
  let app: TestApp;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp({ ...PAYING_APP, STRIPE_WEBHOOK_SECRETS: 'whsec_old,whsec_televisit' });
    doctor = await registerDoctor(app, await registerAdmin(app));
  });
  after(() => app.close());

  const visitOf = async (person: Person, id: string): Promise<string> =>
    (await person.client.get(`/api/appointments/${id}/`)).body.data.status;

  /** Ends the retries of a job that a test made fail. */
  const forgetFailed = () => app.sql(`delete from pgboss.job where name = 'payments.process-webhook'`);

  /** Paid at the provider, with the webhook lost on its way: the test sends it. */
  async function untold() {
    const patient = await register(app);
    const { id } = await book(patient, doctor.doctorId);
    const intent = await intentFor(patient, id);
    app.sandbox.control.loseNext(1, ['payment_intent.succeeded']);
    await payInBrowser(app, intent);
    await settled(app);
    return {
      patient,
      id,
      intent,
      body: webhookBody(app, 'payment_intent.succeeded', intent.transaction.provider_reference),
    };
  }

  it('refuses what is forged, changed, unsigned, too old or from the future', async () => {
    const { patient, id, body } = await untold();
    const bytes = Buffer.from(body);
    const changed = Buffer.from(bytes);
    const at = bytes.indexOf('5000');
    changed[at] = '6'.charCodeAt(0);
    const genuine = signatureOf(bytes, app.webhookSecret, NOW());
    const sendAs = (signed: string, content: Uint8Array) =>
      app.client().with({ 'stripe-signature': signed }).post('/api/payments/webhooks/', content);
    const answers = [
      [await sendWebhook(app, body, { secret: 'whsec_of_somebody_else' }), 'webhook_signature_invalid'],
      [await sendAs(genuine, changed), 'webhook_signature_invalid'],
      [
        await sendAs(genuine, Buffer.from(JSON.stringify(JSON.parse(body), null, 1))),
        'webhook_signature_invalid',
      ],
      [
        await sendAs(genuine, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])),
        'webhook_signature_invalid',
      ],
      [await sendAs('v1=00', bytes), 'webhook_signature_invalid'],
      [await sendWebhook(app, body, { at: NOW() - 310 }), 'webhook_timestamp_outside_tolerance'],
      [await sendWebhook(app, body, { at: NOW() + 310 }), 'webhook_timestamp_outside_tolerance'],
      [await app.client().post('/api/payments/webhooks/', body), 'webhook_unsigned'],
    ] as const;
    for (const [answer, code] of answers) {
      expect(answer.status).toBe(400);
      expect([code, 'malformed_request']).toContain(answer.body.details.code);
    }
    await settled(app);
    expect(await visitOf(patient, id)).toBe('held');
    const kept = await app.sql(`select 1 from webhook_events where event_id = $1`, [JSON.parse(body).id]);
    expect(kept).toEqual([]);
  });

  it('does its effect once when it comes five times at once, and again later', async () => {
    const { patient, id, intent, body } = await untold();
    const answers = await Promise.all(Array.from({ length: 5 }, () => sendWebhook(app, body)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    await settled(app);
    expect((await sendWebhook(app, body)).status).toBe(200);
    await settled(app);
    expect(await visitOf(patient, id)).toBe('scheduled');
    const booked = await app.sql(
      `select kind from ledger_transactions where reference = $1 order by sequence`,
      [intent.transaction.id],
    );
    expect(booked).toEqual([{ kind: 'payment_received' }, { kind: 'provider_fee' }]);
    const kept = await app.sql(`select outcome from webhook_events where event_id = $1`, [
      JSON.parse(body).id,
    ]);
    expect(kept).toEqual([{ outcome: 'applied' }]);
  });

  it('knows a signature of the secret that is being replaced', async () => {
    const { patient, id, body } = await untold();
    expect((await sendWebhook(app, body, { secret: 'whsec_old', at: NOW() - 200 })).status).toBe(200);
    await settled(app);
    expect(await visitOf(patient, id)).toBe('scheduled');
  });

  it('keeps events that mean nothing to it, and payments that are not its own, and leaves them', async () => {
    const event = { id: 'evt_unknown', object: 'event', type: 'customer.created', data: { object: {} } };
    expect((await sendWebhook(app, JSON.stringify(event))).status).toBe(200);
    const foreign = JSON.parse((await untold()).body);
    foreign.id = 'evt_foreign';
    foreign.data.object.id = 'pi_foreign';
    foreign.data.object.metadata = {};
    expect((await sendWebhook(app, JSON.stringify(foreign))).status).toBe(200);
    await settled(app);
    const kept = await app.sql(
      `select event_id, outcome, processed_at is not null as processed from webhook_events
       where event_id in ('evt_unknown', 'evt_foreign') order by event_id desc`,
    );
    expect(kept).toEqual([
      { event_id: 'evt_unknown', outcome: 'ignored', processed: true },
      { event_id: 'evt_foreign', outcome: 'ignored', processed: true },
    ]);
  });

  it('keeps a signed event that it cannot read, and refuses what is no event', async () => {
    expect(await sendWebhook(app, '{}')).toMatchObject({
      status: 400,
      body: { details: { code: 'webhook_unreadable' } },
    });
    const poison = { id: 'evt_poison', object: 'event', type: 'refund.updated', data: {} };
    expect((await sendWebhook(app, JSON.stringify(poison))).status).toBe(200);
    await settled(app);
    const kept = await app.sql(`select outcome from webhook_events where event_id = 'evt_poison'`);
    expect(kept).toEqual([{ outcome: null }]);
    expect((await failedJobs(app)).map(({ name }) => name)).toEqual(['payments.process-webhook']);
    await forgetFailed();
  });

  it('stops at a payment of which another sum arrived', async () => {
    const { patient, id, body } = await untold();
    const wrong = JSON.parse(body);
    wrong.id = 'evt_wrong_sum';
    wrong.data.object.amount_received = 1;
    expect((await sendWebhook(app, JSON.stringify(wrong))).status).toBe(200);
    await settled(app);
    expect(await visitOf(patient, id)).toBe('held');
    const [job] = await failedJobs(app);
    expect(job?.name).toBe('payments.process-webhook');
    await forgetFailed();
  });

  it('confirms a payment once that was told of while no worker ran', async () => {
    const idle = await startTestApp({ ...PAYING_APP, RUN_JOBS: '0' });
    const { DATABASE_URL = '', S3_ENDPOINT = '' } = idle.environment;
    const startWorker = () => startTestApp({ ...PAYING_APP, DATABASE_URL, S3_ENDPOINT });
    try {
      const forTheLicence = await startWorker();
      const idleDoctor = await registerDoctor(idle, await registerAdmin(idle));
      await forTheLicence.close();
      const patient = await register(idle);
      const { id } = await book(patient, idleDoctor.doctorId);
      const intent = await intentFor(patient, id);
      await payInBrowser(idle, intent);
      await idle.sandbox.control.drained();
      const waiting = await idle.sql(
        `select outcome from webhook_events where type = 'payment_intent.succeeded'`,
      );
      expect(waiting).toEqual([{ outcome: null }]);
      expect(await visitOf(patient, id)).toBe('held');
      const worker = await startWorker();
      try {
        await settled(idle);
      } finally {
        await worker.close();
      }
      expect(await visitOf(patient, id)).toBe('scheduled');
      const booked = await idle.sql(`select kind from ledger_transactions`);
      expect(booked).toEqual([{ kind: 'payment_received' }]);
    } finally {
      await idle.close();
    }
  });

  it('leaves no job behind that failed', async () => {
    expect(await failedJobs(app)).toEqual([]);
  });
});
