import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import type Stripe from 'stripe';
import { startWorld, stripeAt, type World } from './sandbox-for-tests.ts';

describe('payments through the official client', () => {
  let world: World;
  let stripe: Stripe;
  before(async () => {
    world = await startWorld();
    stripe = world.stripe;
  });
  beforeEach(async () => {
    await world.sandbox.control.drained();
    world.receiver.received.length = 0;
  });
  after(() => world.close());

  const create = (more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create({ amount: 1250, currency: 'eur', ...more });
  const paid = (more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    create({ confirm: true, payment_method: 'pm_card_visa', ...more });

  it('creates an intent that waits for a payment method', async () => {
    const intent = await create({
      description: 'Visit & follow-up',
      metadata: { appointment_id: 'a-1', note: '' },
      automatic_payment_methods: { enabled: true },
    });
    expect(intent).toMatchObject({
      object: 'payment_intent',
      amount: 1250,
      currency: 'eur',
      status: 'requires_payment_method',
      description: 'Visit & follow-up',
      metadata: { appointment_id: 'a-1' },
      capture_method: 'automatic_async',
      latest_charge: null,
      livemode: false,
    });
    expect(intent.id).toMatch(/^pi_[A-Za-z0-9]{24}$/);
    expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_`));
    expect(intent.lastResponse.requestId).toMatch(/^req_/);
    expect(intent.lastResponse.apiVersion).toBe('2026-10-28.endive');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toEqual(intent);
    await world.sandbox.control.drained();
    expect(world.receiver.types()).toEqual(['payment_intent.created']);
    expect(world.receiver.received[0]?.request?.id).toBe(intent.lastResponse.requestId);
  });

  it('is paid from a browser with the publishable key and the client secret', async () => {
    const intent = await create();
    const confirmUrl = `${world.sandbox.url}/v1/payment_intents/${intent.id}/confirm`;
    const form = { client_secret: intent.client_secret as string, payment_method: 'pm_card_visa' };
    const confirm = (fields: Record<string, string>) =>
      fetch(confirmUrl, { method: 'POST', body: new URLSearchParams(fields) });

    const wrong = await confirm({
      ...form,
      key: world.sandbox.publishableKey,
      client_secret: `${intent.id}_secret_x`,
    });
    expect(wrong.status).toBe(400);
    const none = await confirm({ key: world.sandbox.publishableKey, payment_method: 'pm_card_visa' });
    expect((await none.json()).error).toMatchObject({ code: 'parameter_missing', param: 'client_secret' });

    const response = await confirm({ ...form, key: world.sandbox.publishableKey });
    const seen = await response.json();
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(seen).toMatchObject({ id: intent.id, status: 'succeeded' });
    expect(seen).not.toHaveProperty('metadata');
    expect(seen).not.toHaveProperty('latest_charge');

    await world.sandbox.control.drained();
    expect(world.receiver.types()).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
    ]);
    const [, charged, succeeded, settled] = world.receiver.received;
    expect(charged?.data.object).toMatchObject({ balance_transaction: null, payment_intent: intent.id });
    expect(succeeded?.data.object).toMatchObject({
      id: intent.id,
      amount_received: 1250,
      status: 'succeeded',
    });
    expect(settled?.data.previous_attributes).toEqual({ balance_transaction: null });
  });

  it('shows the charge with its fee when it is expanded', async () => {
    const intent = await paid({ expand: ['latest_charge.balance_transaction'] });
    const charge = intent.latest_charge as Stripe.Charge;
    expect(charge).toMatchObject({ paid: true, captured: true, amount_captured: 1250, refunded: false });
    expect(charge.payment_method_details?.card).toMatchObject({ brand: 'visa', last4: '4242' });
    // 2.9 % of 1250 is 36.25, and 30.
    expect(charge.balance_transaction).toMatchObject({ amount: 1250, fee: 66, net: 1184, source: charge.id });
    const alone = await stripe.charges.retrieve(charge.id);
    expect(alone.balance_transaction).toMatch(/^txn_/);
    const booked = await stripe.balanceTransactions.list({ source: charge.id });
    expect(booked.data.map((entry) => entry.id)).toEqual([alone.balance_transaction]);
    await expect(stripe.charges.retrieve(charge.id, { expand: ['owner'] })).rejects.toThrow(
      /cannot be expanded/,
    );
  });

  it('declines as Stripe does, and another card can be tried', async () => {
    const intent = await create();
    const declined = stripe.paymentIntents.confirm(intent.id, {
      payment_method: 'pm_card_chargeDeclinedInsufficientFunds',
    });
    await expect(declined).rejects.toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      payment_intent: { id: intent.id, status: 'requires_payment_method' },
    });
    const after = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
    expect(after.last_payment_error).toMatchObject({
      type: 'card_error',
      decline_code: 'insufficient_funds',
    });
    expect(after.latest_charge).toMatchObject({
      status: 'failed',
      paid: false,
      failure_code: 'card_declined',
    });

    const again = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_mastercard' });
    expect(again).toMatchObject({ status: 'succeeded', last_payment_error: null });
    await world.sandbox.control.drained();
    expect(world.receiver.types().slice(0, 4)).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
      'charge.succeeded',
    ]);
  });

  it('asks for authentication, which passes or fails', async () => {
    const card = {
      payment_method: 'pm_card_authenticationRequired',
      return_url: 'http://localhost:8000/done',
    };
    const intent = await stripe.paymentIntents.confirm((await create()).id, card);
    expect(intent.status).toBe('requires_action');
    expect(intent.next_action?.redirect_to_url).toEqual({
      url: `${world.sandbox.url}/pay/${intent.client_secret}?return_url=http%3A%2F%2Flocalhost%3A8000%2Fdone`,
      return_url: card.return_url,
    });
    world.sandbox.control.authenticate(intent.id, false);
    const failed = await stripe.paymentIntents.retrieve(intent.id);
    expect(failed.last_payment_error?.code).toBe('payment_intent_authentication_failure');

    await stripe.paymentIntents.confirm(intent.id, card);
    world.sandbox.control.authenticate(intent.id, true);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('succeeded');
    await world.sandbox.control.drained();
    expect(world.receiver.types()).toContain('payment_intent.requires_action');
  });

  it('can be slow, and then arrive or not', async () => {
    const [first, second] = [await create(), await create()];
    for (const { id } of [first, second]) {
      const slow = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_sandbox_processing' });
      expect(slow.status).toBe('processing');
      const unexpected = {
        code: 'payment_intent_unexpected_state',
        payment_intent: { id, status: 'processing' },
      };
      const other = stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
      await expect(other).rejects.toMatchObject(unexpected);
      await expect(stripe.paymentIntents.cancel(id)).rejects.toMatchObject(unexpected);
    }
    world.sandbox.control.settleIntent(first.id, 'succeeded');
    world.sandbox.control.settleIntent(second.id, 'failed');
    expect((await stripe.paymentIntents.retrieve(first.id)).status).toBe('succeeded');
    expect((await stripe.paymentIntents.retrieve(second.id)).status).toBe('requires_payment_method');
  });

  it('is canceled once, and never after it is paid', async () => {
    const { id } = await create();
    const canceled = await stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    const unexpected = { type: 'StripeInvalidRequestError', code: 'payment_intent_unexpected_state' };
    await expect(stripe.paymentIntents.cancel(id)).rejects.toMatchObject({
      ...unexpected,
      payment_intent: { id, status: 'canceled' },
    });
    await expect(stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).rejects.toMatchObject(
      unexpected,
    );
    await expect(stripe.paymentIntents.cancel((await paid()).id)).rejects.toMatchObject(unexpected);
    await expect(stripe.paymentIntents.confirm((await create()).id)).rejects.toMatchObject(unexpected);
  });

  it('refunds in parts and never more than was paid', async () => {
    const intent = await paid();
    const part = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 250,
      metadata: { a: 'b' },
    });
    expect(part).toMatchObject({
      amount: 250,
      status: 'succeeded',
      charge: intent.latest_charge,
      metadata: { a: 'b' },
    });
    await expect(stripe.refunds.create({ payment_intent: intent.id, amount: 1001 })).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      param: 'amount',
    });
    const rest = await stripe.refunds.create({ charge: intent.latest_charge as string, expand: ['charge'] });
    expect(rest).toMatchObject({ amount: 1000, charge: { amount_refunded: 1250, refunded: true } });
    await expect(stripe.refunds.create({ payment_intent: intent.id })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
    await expect(stripe.refunds.create({ payment_intent: (await create()).id })).rejects.toThrow(
      /successful charge/,
    );

    const listed = await stripe.refunds.list({ payment_intent: intent.id });
    expect(listed.data.map((refund) => refund.id)).toEqual([rest.id, part.id]);
    const booked = await stripe.balanceTransactions.retrieve(part.balance_transaction as string);
    expect(booked).toMatchObject({ type: 'refund', amount: -250, fee: 0, net: -250, source: part.id });
    await world.sandbox.control.drained();
    expect(world.receiver.types().filter((type) => type.includes('refund'))).toEqual([
      'refund.created',
      'charge.refunded',
      'refund.created',
      'charge.refunded',
    ]);
  });

  it('settles a pending refund later; a failed one can be made again', async () => {
    const intent = await paid({ payment_method: 'pm_card_pendingRefund' });
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect(refund.status).toBe('pending');
    world.sandbox.control.settleRefund(refund.id, 'succeeded');
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
    world.sandbox.control.settleRefund(refund.id, 'failed');
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_balance_transaction: expect.stringMatching(/^txn_/),
    });
    expect(() => world.sandbox.control.settleRefund(refund.id, 'succeeded')).toThrow(/cannot become/);
    expect((await stripe.refunds.create({ payment_intent: intent.id })).amount).toBe(1250);
    await world.sandbox.control.drained();
    const updates = world.receiver.received.filter((event) => event.type === 'refund.updated');
    expect(updates.map((event) => event.data.previous_attributes)).toEqual([
      { status: 'pending' },
      { status: 'succeeded' },
    ]);
    expect(world.receiver.types()).toContain('refund.failed');
  });

  it('is refunded from the dashboard and disputed at the bank', async () => {
    const [first, second] = [await paid(), await paid()];
    world.sandbox.control.refund(first.id, 100);
    const dispute = world.sandbox.control.dispute(second.id, { reason: 'product_not_received' });
    await expect(stripe.refunds.create({ payment_intent: second.id })).rejects.toMatchObject({
      code: 'charge_disputed',
    });
    world.sandbox.control.closeDispute(dispute.id, 'won');
    expect(await stripe.disputes.retrieve(dispute.id)).toMatchObject({ status: 'won', amount: 1250 });
    await world.sandbox.control.drained();
    const { received } = world.receiver;
    expect(received.find((event) => event.type === 'refund.created')?.request).toEqual({
      id: null,
      idempotency_key: null,
    });
    expect(world.receiver.types().filter((type) => type.startsWith('charge.dispute'))).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.funds_reinstated',
      'charge.dispute.closed',
    ]);
  });

  it('lists page by page, newest first', async () => {
    const made = [await create(), await create(), await create()].map((intent) => intent.id).reverse();
    const first = await stripe.paymentIntents.list({ limit: 2 });
    expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/payment_intents' });
    expect(first.data.map((intent) => intent.id)).toEqual(made.slice(0, 2));
    const walked: string[] = [];
    for await (const intent of stripe.paymentIntents.list({ limit: 2 })) walked.push(intent.id);
    expect(walked).toEqual(
      world.sandbox.control
        .intents()
        .map((intent) => intent.id)
        .reverse(),
    );
    const back = await stripe.paymentIntents.list({ limit: 1, ending_before: made[2] });
    expect(back).toMatchObject({ has_more: true, data: [{ id: made[1] }] });
    await expect(stripe.paymentIntents.list({ starting_after: 'pi_none' })).rejects.toMatchObject({
      code: 'resource_missing',
      param: 'starting_after',
    });
    await expect(stripe.paymentIntents.list({ limit: 101 })).rejects.toMatchObject({ param: 'limit' });

    await world.sandbox.control.drained();
    const since = Math.floor(Date.now() / 1000) - 60;
    const events = await stripe.events.list({
      types: ['payment_intent.created'],
      created: { gte: since },
      limit: 3,
    });
    expect(events.data.map((event) => (event.data.object as Stripe.PaymentIntent).id)).toEqual(made);
    expect(events.data[0]?.pending_webhooks).toBe(0);
    expect((await stripe.events.list({ created: { lt: since } })).data).toEqual([]);
    expect((await stripe.events.list({ delivery_success: false })).data).toEqual([]);
    const [newest] = events.data;
    expect(await stripe.events.retrieve(newest?.id as string)).toMatchObject({
      type: 'payment_intent.created',
    });
  });

  it('refuses what Stripe refuses', async () => {
    const cases: [Partial<Stripe.PaymentIntentCreateParams> & Record<string, unknown>, object][] = [
      [{ amount: 49 }, { code: 'amount_too_small', param: 'amount' }],
      [{ amount: 12.5 }, { code: 'parameter_invalid_integer', param: 'amount' }],
      [{ amount: -5 }, { code: 'parameter_invalid_integer' }],
      [{ amount: 100_000_000 }, { code: 'amount_too_large' }],
      [{ currency: 'xxx1' }, { param: 'currency' }],
      [{ currency: undefined }, { code: 'parameter_missing', param: 'currency' }],
      [{ currency: 'kwd', amount: 1255 }, { param: 'amount' }],
      [{ colour: 'red' }, { code: 'parameter_unknown', param: 'colour' }],
      [
        { automatic_payment_methods: { enabled: true, x: 1 } as never },
        { param: 'automatic_payment_methods[x]' },
      ],
      [{ capture_method: 'manual' }, { param: 'capture_method' }],
      [{ description: '' }, { code: 'parameter_invalid_empty', param: 'description' }],
      [{ payment_method: 'pm_nobody' }, { code: 'resource_missing', param: 'payment_method' }],
    ];
    for (const [more, error] of cases) {
      await expect(create(more)).rejects.toMatchObject({ type: 'StripeInvalidRequestError', ...error });
    }
    expect(await create({ currency: 'KWD', amount: 12500 })).toMatchObject({
      currency: 'kwd',
      amount: 12500,
    });
    expect(await create({ currency: 'jpy', amount: 50 })).toMatchObject({ currency: 'jpy', amount: 50 });
    await expect(stripe.paymentIntents.retrieve('pi_none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    await expect(stripe.customers.list()).rejects.toThrow(
      /Unrecognized request URL \(GET: \/v1\/customers\)/,
    );
    const json = await fetch(`${world.sandbox.url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: `Bearer sk_test_4eC39HqLyjWD`, 'content-type': 'application/json' },
      body: '{"amount":100}',
    });
    expect([json.status, (await json.json()).error.type]).toEqual([415, 'invalid_request_error']);
  });

  it('asks for the right key', async () => {
    const intent = await create();
    const stranger = stripeAt(world.sandbox.url, 'sk_test_stranger');
    await expect(stranger.paymentIntents.retrieve(intent.id)).rejects.toMatchObject({
      type: 'StripeAuthenticationError',
      statusCode: 401,
    });
    const browser = stripeAt(world.sandbox.url, world.sandbox.publishableKey);
    await expect(browser.refunds.list()).rejects.toMatchObject({
      statusCode: 401,
      code: 'secret_key_required',
    });
    await expect(browser.paymentIntents.retrieve(intent.id)).rejects.toMatchObject({
      param: 'client_secret',
    });
    const own = { client_secret: intent.client_secret as string };
    expect((await browser.paymentIntents.retrieve(intent.id, own)).status).toBe('requires_payment_method');
    const bare = await fetch(`${world.sandbox.url}/v1/refunds`);
    expect(bare.status).toBe(401);
  });

  it('answers a repeated idempotency key with the first answer', async () => {
    const key = { idempotencyKey: 'booking-1' };
    const first = await stripe.paymentIntents.create({ amount: 900, currency: 'usd' }, key);
    const second = await stripe.paymentIntents.create({ amount: 900, currency: 'usd' }, key);
    expect(second).toEqual(first);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(second.lastResponse.headers['original-request']).toBe(first.lastResponse.requestId);
    await expect(stripe.paymentIntents.create({ amount: 901, currency: 'usd' }, key)).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
    await expect(stripe.refunds.create({ payment_intent: first.id }, key)).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
    });

    // A decline is an outcome and is repeated; a refused parameter is not remembered.
    const decline = { payment_method: 'pm_card_chargeDeclined' };
    const confirm = () => stripe.paymentIntents.confirm(first.id, decline, { idempotencyKey: 'pay-1' });
    await expect(confirm()).rejects.toMatchObject({ code: 'card_declined' });
    await expect(confirm()).rejects.toMatchObject({ code: 'card_declined' });
    const failures = await stripe.events.list({ type: 'payment_intent.payment_failed', limit: 100 });
    const ofThis = failures.data.filter(
      (event) => (event.data.object as Stripe.PaymentIntent).id === first.id,
    );
    expect(ofThis).toHaveLength(1);
    expect(ofThis[0]?.request?.idempotency_key).toBe('pay-1');
    const typo = { idempotencyKey: 'booking-2' };
    await expect(stripe.paymentIntents.create({ amount: 9, currency: '' }, typo)).rejects.toThrow();
    expect(await stripe.paymentIntents.create({ amount: 900, currency: 'usd' }, typo)).toMatchObject({
      amount: 900,
    });
  });
});
