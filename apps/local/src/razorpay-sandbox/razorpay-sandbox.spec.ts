import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { type RazorpaySandbox, startRazorpaySandbox } from './index.ts';

const KEY = { keyId: 'rzp_test_one', keySecret: 'the-secret-of-the-key' };
const WEBHOOK_SECRET = 'the-secret-of-webhooks';

interface Received {
  readonly id: string;
  readonly event: string;
  readonly body: { payload: Record<string, { entity: { id: string; status: string } }> };
}

/** A webhook endpoint that checks the signature as Razorpay's documents say. */
async function startReceiver() {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    const raw = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const expected = createHmac('sha256', WEBHOOK_SECRET).update(raw).digest('hex');
    const isGenuine = request.headers['x-razorpay-signature'] === expected;
    const status = isGenuine ? (answers.shift() ?? 200) : 400;
    if (status === 200) {
      const body = JSON.parse(raw.toString());
      received.push({ id: String(request.headers['x-razorpay-event-id']), event: body.event, body });
    }
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    answers,
    types: () => received.map(({ event }) => event),
    close: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

describe('the Razorpay sandbox', () => {
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let sandbox: RazorpaySandbox;

  before(async () => {
    receiver = await startReceiver();
    sandbox = await startRazorpaySandbox({
      ...KEY,
      webhookSecret: WEBHOOK_SECRET,
      webhookUrl: receiver.url,
      retryDelays: [20, 20],
    });
  });
  beforeEach(async () => {
    sandbox.control.clearFaults();
    await sandbox.control.drained();
    receiver.received.length = 0;
  });
  after(async () => {
    await sandbox.close();
    await receiver.close();
  });

  const ask = async (
    method: string,
    path: string,
    { body, headers = {}, at = sandbox }: { body?: unknown; headers?: object; at?: RazorpaySandbox } = {},
  ) => {
    const response = await fetch(new URL(path, at.url), {
      method,
      headers: {
        authorization: `Basic ${btoa(`${KEY.keyId}:${KEY.keySecret}`)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const order = async (fields: object = {}): Promise<string> =>
    (await ask('POST', '/v1/orders', { body: { amount: 50_000, currency: 'INR', ...fields } })).body.id;
  const refused = (description: string, field?: string) => ({
    status: 400,
    body: { error: { code: 'BAD_REQUEST_ERROR', description, ...(field && { field }) } },
  });

  it('lets nobody in without the key', async () => {
    for (const authorization of ['', 'Basic eDp5', `Bearer ${KEY.keySecret}`]) {
      const answer = await ask('GET', '/v1/orders', { headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { error: { code: 'BAD_REQUEST_ERROR' } } });
    }
  });

  it('keeps orders, and finds them by id and receipt; a receipt may come twice', async () => {
    const made = await ask('POST', '/v1/orders', {
      body: { amount: 50_000, currency: 'INR', receipt: 'receipt-1', notes: { a: 'b' } },
    });
    expect(made).toEqual({
      status: 200,
      body: {
        id: expect.stringMatching(/^order_[0-9A-Za-z]{14}$/),
        entity: 'order',
        amount: 50_000,
        amount_paid: 0,
        amount_due: 50_000,
        currency: 'INR',
        receipt: 'receipt-1',
        offer_id: null,
        status: 'created',
        attempts: 0,
        notes: { a: 'b' },
        created_at: expect.any(Number),
      },
    });
    expect((await ask('GET', `/v1/orders/${made.body.id}`)).body).toEqual(made.body);
    const second = await order({ receipt: 'receipt-1' });
    const found = await ask('GET', '/v1/orders?receipt=receipt-1&count=100');
    expect(found.body).toMatchObject({ entity: 'collection', count: 2, items: [{ id: second }, made.body] });
    expect(await ask('GET', '/v1/orders/order_none')).toMatchObject(
      refused('The id provided does not exist'),
    );
    expect((await ask('GET', `/v1/orders/${second}/payments`)).body).toEqual({
      entity: 'collection',
      count: 0,
      items: [],
    });
  });

  it('refuses what Razorpay would', async () => {
    const make = (body: object) => ask('POST', '/v1/orders', { body });
    expect(await make({ amount: 99, currency: 'INR' })).toMatchObject(
      refused('The amount must be at least INR 1.00', 'amount'),
    );
    expect(await make({ amount: 10.5, currency: 'INR' })).toMatchObject(
      refused('The amount must be an integer.', 'amount'),
    );
    expect((await make({ amount: 12_345, currency: 'KWD' })).status).toBe(400);
    expect((await make({ amount: 12_340, currency: 'KWD' })).status).toBe(200);
    expect((await make({ amount: 500, currency: 'INR', colour: 'red' })).status).toBe(400);
    expect((await make({ amount: 500, currency: 'INR', receipt: 'x'.repeat(41) })).status).toBe(400);
  });

  it('takes a payment by itself, and tells of it in three signed events', async () => {
    const id = await order();
    const payment = sandbox.control.pay(id);
    expect(payment).toMatchObject({ status: 'captured', captured: true, order_id: id, amount: 50_000 });
    await sandbox.control.drained();
    expect(receiver.types()).toEqual(['payment.authorized', 'payment.captured', 'order.paid']);
    expect(receiver.received.map(({ body }) => body.payload['payment']?.entity.status)).toEqual([
      'authorized',
      'captured',
      'captured',
    ]);
    expect(new Set(receiver.received.map((one) => one.id)).size).toBe(3);
    expect((await ask('GET', `/v1/orders/${id}`)).body).toMatchObject({ status: 'paid', amount_due: 0 });
    expect(() => sandbox.control.pay(id)).toThrow(/already paid/);
  });

  it('signs what the checkout hands over', async () => {
    const id = await order();
    const payment = sandbox.control.pay(id);
    expect(sandbox.control.checkoutResult(payment.id)).toEqual({
      razorpay_payment_id: payment.id,
      razorpay_order_id: id,
      razorpay_signature: createHmac('sha256', KEY.keySecret).update(`${id}|${payment.id}`).digest('hex'),
    });
    const declined = sandbox.control.pay(await order(), 'declined');
    expect(() => sandbox.control.checkoutResult(declined.id)).toThrow(/failed/);
  });

  it('captures what was only authorised, once, and at its amount', async () => {
    const manual = await order({ payment: { capture: 'manual' } });
    const { id } = sandbox.control.pay(manual);
    const capture = (amount = 50_000) =>
      ask('POST', `/v1/payments/${id}/capture`, { body: { amount, currency: 'INR' } });
    expect((await ask('GET', `/v1/payments/${id}`)).body.status).toBe('authorized');
    expect(await capture(40_000)).toMatchObject(
      refused('Capture amount must be equal to the amount authorized', 'amount'),
    );
    expect((await capture()).body).toMatchObject({ status: 'captured', captured: true });
    expect(await capture()).toMatchObject(refused('This payment has already been captured'));
  });

  it('lets an attempt succeed that had failed', async () => {
    const id = await order();
    const attempt = sandbox.control.pay(id, 'pending');
    sandbox.control.settlePayment(attempt.id, 'failed');
    expect(sandbox.control.settlePayment(attempt.id, 'authorized').status).toBe('captured');
    await sandbox.control.drained();
    expect(receiver.types()).toEqual([
      'payment.failed',
      'payment.authorized',
      'payment.captured',
      'order.paid',
    ]);
  });

  it('gives back once for a key, and never more than was paid', async () => {
    const { id } = sandbox.control.pay(await order());
    const refund = (amount: number, key?: string) =>
      ask('POST', `/v1/payments/${id}/refund`, {
        body: { amount },
        ...(key && { headers: { 'x-refund-idempotency': key } }),
      });
    const first = await refund(20_000, 'key-of-one');
    expect(first.body).toMatchObject({
      entity: 'refund',
      amount: 20_000,
      payment_id: id,
      status: 'processed',
    });
    expect((await refund(20_000, 'key-of-one')).body).toEqual(first.body);
    expect((await refund(10_000, 'key-of-one')).status).toBe(400);
    expect((await refund(10_000, 'short')).status).toBe(400);
    expect(await refund(30_001)).toMatchObject(
      refused('The total refund amount is greater than the refund payment amount'),
    );
    await refund(30_000);
    expect(await refund(1)).toMatchObject(refused('The payment has been fully refunded already'));
    expect((await ask('GET', `/v1/payments/${id}`)).body).toMatchObject({
      status: 'refunded',
      amount_refunded: 50_000,
      refund_status: 'full',
    });
    expect((await ask('GET', `/v1/payments/${id}/refunds`)).body.count).toBe(2);
  });

  it('follows slow refunds, and those that the bank sends back', async () => {
    const { id } = sandbox.control.pay(await order());
    sandbox.control.slowRefunds(true);
    const refund = sandbox.control.refund(id, 20_000);
    sandbox.control.slowRefunds(false);
    expect(refund.status).toBe('pending');
    sandbox.control.settleRefund(refund.id, 'processed');
    sandbox.control.settleRefund(refund.id, 'failed');
    expect((await ask('GET', `/v1/payments/${id}`)).body).toMatchObject({
      status: 'captured',
      amount_refunded: 0,
      refund_status: null,
    });
    await sandbox.control.drained();
    expect(receiver.types().slice(-3)).toEqual(['refund.created', 'refund.processed', 'refund.failed']);
  });

  it('loses, repeats, turns around and sends again on demand, also over HTTP', async () => {
    const faults = (body: object) => ask('POST', '/_sandbox/faults', { body });
    await faults({ fault: 'lose', count: 1, types: ['payment.authorized'] });
    await faults({ fault: 'duplicate', count: 1, types: ['payment.captured'] });
    sandbox.control.pay(await order());
    await sandbox.control.drained();
    expect(receiver.types()).toEqual(['payment.captured', 'payment.captured', 'order.paid']);
    expect(receiver.received[0]?.id).toBe(receiver.received[1]?.id);
    const lost = sandbox.control.events().findLast(({ delivery }) => delivery === 'lost');
    await ask('POST', `/_sandbox/events/${lost?.event.id}/redeliver`);
    await sandbox.control.drained();
    expect(receiver.types().at(-1)).toBe('payment.authorized');
    receiver.received.length = 0;
    sandbox.control.reorderNext(3);
    sandbox.control.pay(await order());
    await sandbox.control.drained();
    expect(receiver.types()).toEqual(['order.paid', 'payment.captured', 'payment.authorized']);
    await faults({ fault: 'decline', count: 1, declineCode: 'insufficient_funds' });
    expect(sandbox.control.pay(await order())).toMatchObject({
      status: 'failed',
      error_reason: 'insufficient_funds',
    });
    expect((await ask('DELETE', '/_sandbox/faults')).body).toEqual({ faults: [] });
  });

  it('tries again what was not answered with 2xx', async () => {
    receiver.answers.push(500, 302);
    sandbox.control.pay(await order(), 'declined');
    await sandbox.control.drained();
    expect(receiver.types()).toEqual(['payment.failed']);
    expect(
      sandbox.control
        .events()
        .at(-1)
        ?.attempts.map(({ status }) => status),
    ).toEqual([500, 302, 200]);
  });

  it('does the work and loses the answer on demand', async () => {
    sandbox.control.dropResponses(1);
    await expect(order({ receipt: 'dropped' })).rejects.toThrow();
    sandbox.control.dropResponses(1, 'hang');
    const hanging = fetch(new URL('/v1/orders', sandbox.url), {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${KEY.keyId}:${KEY.keySecret}`)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ amount: 500, currency: 'INR', receipt: 'dropped' }),
      signal: AbortSignal.timeout(300),
    });
    await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await ask('GET', '/v1/orders?receipt=dropped')).body.count).toBe(2);
    sandbox.control.dropResponses(1, 'error');
    const again = { body: { amount: 500, currency: 'INR', receipt: 'dropped' } };
    expect((await ask('POST', '/v1/orders', again)).status).toBe(500);
    sandbox.control.breakDown(1);
    expect((await ask('POST', '/v1/orders', again)).status).toBe(503);
    expect((await ask('GET', '/v1/orders?receipt=dropped')).body.count).toBe(3);
  });

  it('shows a page to pay on, and what went wrong there', async () => {
    const id = await order();
    const page = new URL(`/pay/${id}`, sandbox.url);
    const press = async (action: string) =>
      (await fetch(page, { method: 'POST', body: new URLSearchParams({ action }) })).text();
    expect(await (await fetch(page)).text()).toContain('₹500.00');
    expect(await press('decline')).toContain('role="alert"');
    expect(await press('process')).toContain('Waiting for the bank');
    expect(await press('fail')).toContain('role="alert"');
    expect(await press('pay')).toContain('Paid. Thank you.');
    expect(await press('pay')).toContain('already paid');
    expect((await fetch(new URL('/pay/order_none', sandbox.url))).status).toBe(400);
  });

  it('keeps everything over a restart, and sends then what it had not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'razorpay-sandbox-'));
    const stateFile = join(folder, 'state.json');
    const options = { ...KEY, webhookSecret: WEBHOOK_SECRET, stateFile };
    try {
      const first = await startRazorpaySandbox({
        ...options,
        webhookUrl: 'http://127.0.0.1:9/',
        retryDelays: [60_000],
      });
      const made = await ask('POST', '/v1/orders', { at: first, body: { amount: 500, currency: 'INR' } });
      first.control.pay(made.body.id, 'declined');
      await first.close();
      const second = await startRazorpaySandbox({ ...options, webhookUrl: receiver.url });
      await second.control.drained();
      expect(receiver.types()).toEqual(['payment.failed']);
      expect((await ask('GET', `/v1/orders/${made.body.id}`, { at: second })).body).toMatchObject({
        status: 'attempted',
        attempts: 1,
      });
      await second.close();
      await writeFile(stateFile, '{');
      await expect(startRazorpaySandbox({ ...options, webhookUrl: receiver.url })).rejects.toThrow(
        /delete it/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
