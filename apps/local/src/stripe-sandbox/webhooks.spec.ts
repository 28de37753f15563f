import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import Stripe from 'stripe';
import { startWorld, stripeAt, type World } from './sandbox-for-tests.ts';
import { signature } from './webhooks.ts';

describe('webhooks', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  beforeEach(async () => {
    world.sandbox.control.clearFaults();
    await world.sandbox.control.drained();
    world.receiver.received.length = 0;
  });
  after(() => world.close());

  const create = () => world.stripe.paymentIntents.create({ amount: 1000, currency: 'eur' });
  const deliveryOf = (intentId: string) =>
    world.sandbox.control
      .events()
      .find(({ event }) => (event.data.object as { id?: string }).id === intentId);

  it('are signed so that a changed body, another secret or an old time is refused', () => {
    const { webhooks } = new Stripe('sk_test_x');
    const now = Math.floor(Date.now() / 1000);
    const header = signature('{"object":"event"}', 'whsec_a', now);
    expect(webhooks.constructEvent('{"object":"event"}', header, 'whsec_a')).toEqual({ object: 'event' });
    expect(() => webhooks.constructEvent('{"object":"event" }', header, 'whsec_a')).toThrow(/signature/);
    expect(() => webhooks.constructEvent('{"object":"event"}', header, 'whsec_b')).toThrow(/signature/);
    const old = signature('{"object":"event"}', 'whsec_a', now - 301);
    expect(() => webhooks.constructEvent('{"object":"event"}', old, 'whsec_a')).toThrow(/tolerance/);
  });

  it('are tried again until they are answered with 2xx, without holding up the next', async () => {
    world.receiver.answers.push(500, 404);
    const [first, second] = [await create(), await create()];
    await world.sandbox.control.drained();
    expect(
      world.receiver.received.map((event) => (event.data.object as Stripe.PaymentIntent).id).sort(),
    ).toEqual([first.id, second.id].sort());
    const statuses = [first, second].flatMap(({ id }) => deliveryOf(id)?.attempts.map((one) => one.status));
    expect(statuses.map(String).sort()).toEqual(['200', '200', '404', '500']);
  });

  it('show as undelivered when every try fails, and can be sent again', async () => {
    world.receiver.answers.push(500, 302, 500);
    const { id } = await create();
    await world.sandbox.control.drained();
    const recorded = deliveryOf(id);
    expect(recorded).toMatchObject({ delivery: 'undelivered', event: { pending_webhooks: 1 } });
    expect(recorded?.attempts.map((one) => one.status)).toEqual([500, 302, 500]);
    const open = await world.stripe.events.list({ delivery_success: false });
    expect(open.data.map((event) => event.id)).toEqual([recorded?.event.id]);

    world.sandbox.control.redeliver(recorded?.event.id as string);
    await world.sandbox.control.drained();
    expect(recorded).toMatchObject({ delivery: 'delivered', event: { pending_webhooks: 0 } });
    expect(world.receiver.received.map((event) => event.id)).toEqual([recorded?.event.id]);
  });

  it('say why nobody answered', async () => {
    const url = world.receiver.url;
    world.sandbox.control.setWebhookUrl('http://127.0.0.1:9/');
    const { id } = await create();
    await world.sandbox.control.drained();
    world.sandbox.control.setWebhookUrl(url);
    expect(deliveryOf(id)).toMatchObject({ delivery: 'undelivered' });
    expect(deliveryOf(id)?.attempts).toHaveLength(3);
    expect(deliveryOf(id)?.attempts[0]).toMatchObject({ status: null, error: expect.any(String) });
  });

  it('get lost on demand, though the event can be listed', async () => {
    world.sandbox.control.loseNext(1, ['payment_intent.succeeded']);
    const { id } = await create();
    world.sandbox.control.pay(id);
    await world.sandbox.control.drained();
    expect(world.receiver.types()).toEqual(['payment_intent.created', 'charge.succeeded', 'charge.updated']);
    expect(world.sandbox.control.faults()).toEqual([]);
    const lost = world.sandbox.control.events().filter((one) => one.delivery === 'lost');
    expect(lost.map(({ event }) => event.type)).toEqual(['payment_intent.succeeded']);
    expect(
      (await world.stripe.events.list({ type: 'payment_intent.succeeded', limit: 1 })).data,
    ).toHaveLength(1);
    world.sandbox.control.redeliver(lost[0]?.event.id as string);
    await world.sandbox.control.drained();
    expect(world.receiver.types().at(-1)).toBe('payment_intent.succeeded');
  });

  it('come more than once on demand, as the same event', async () => {
    world.sandbox.control.duplicateNext(1, 2);
    await create();
    await create();
    await world.sandbox.control.drained();
    const ids = world.receiver.received.map((event) => event.id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
  });

  it('come in reverse on demand, or earlier when released', async () => {
    const { control } = world.sandbox;
    control.reorderNext(3);
    const { id } = await create();
    await control.drained();
    expect(world.receiver.types()).toEqual([]);
    control.pay(id);
    await control.drained();
    expect(world.receiver.types()).toEqual([
      'payment_intent.succeeded',
      'charge.succeeded',
      'payment_intent.created',
      'charge.updated',
    ]);

    control.reorderNext(5);
    await create();
    expect(control.events().at(-1)?.delivery).toBe('held');
    control.releaseHeld();
    await control.drained();
    expect(world.receiver.received).toHaveLength(5);
  });

  it('come late on demand', async () => {
    world.sandbox.control.delayNext(1, 500);
    const [late, next] = [await create(), await create()];
    await world.sandbox.control.drained();
    const order = world.receiver.received.map((event) => (event.data.object as Stripe.PaymentIntent).id);
    expect(order).toEqual([next.id, late.id]);
  });
});

describe('requests that go wrong', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  it('do their work when the connection breaks, and the retry gets the same intent', async () => {
    world.sandbox.control.dropResponses(1);
    const intent = await world.stripe.paymentIntents.create({ amount: 1000, currency: 'eur' });
    expect(world.sandbox.control.intents().map((one) => one.id)).toEqual([intent.id]);
    expect(intent.lastResponse.headers['idempotent-replayed']).toBe('true');
  });

  it('leave a client waiting until its own timeout', async () => {
    world.sandbox.control.dropResponses(1, 'hang');
    const impatient = stripeAt(world.sandbox.url, undefined, { timeout: 150, maxNetworkRetries: 0 });
    const key = { idempotencyKey: 'hung' };
    const hung = impatient.paymentIntents.create({ amount: 1000, currency: 'eur' }, key);
    await expect(hung).rejects.toMatchObject({ type: 'StripeConnectionError' });
    const again = await impatient.paymentIntents.create({ amount: 1000, currency: 'eur' }, key);
    expect(
      world.sandbox.control
        .intents()
        .map((one) => one.id)
        .at(-1),
    ).toBe(again.id);
  });

  it('are remembered as failed when they failed after their work, and as nothing when the service was down', async () => {
    const { control } = world.sandbox;
    const once = stripeAt(world.sandbox.url, undefined, { maxNetworkRetries: 0 });
    const ask = (idempotencyKey: string) =>
      once.paymentIntents.create({ amount: 1000, currency: 'eur' }, { idempotencyKey });
    const before = control.intents().length;
    control.dropResponses(1, 'error');
    for (const time of ['failed', 'failed again']) {
      await expect(ask('failed')).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 500 });
      expect([time, control.intents().length]).toEqual([time, before + 1]);
    }
    control.breakDown(1);
    await expect(ask('down')).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 503 });
    expect(control.intents()).toHaveLength(before + 1);
    expect((await ask('down')).status).toBe('requires_payment_method');
  });

  it('are declined with a good card', async () => {
    world.sandbox.control.declineNext(1, 'lost_card');
    const { id } = await world.stripe.paymentIntents.create({ amount: 1000, currency: 'eur' });
    const pay = () => world.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    await expect(pay()).rejects.toMatchObject({ code: 'card_declined', decline_code: 'lost_card' });
    expect((await pay()).status).toBe('succeeded');
  });
});

describe('the control API', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${world.sandbox.url}/_sandbox${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, body: await response.json() };
  };

  it('does over HTTP what the handle does', async () => {
    const { id } = await world.stripe.paymentIntents.create({ amount: 1000, currency: 'eur' });
    const set = await call('POST', '/faults', { fault: 'lose', count: 'all', types: ['charge.updated'] });
    expect(set.body.faults).toEqual([{ fault: 'lose', count: 'all', types: ['charge.updated'] }]);
    expect((await call('POST', `/intents/${id}/pay`)).body).toMatchObject({ id, status: 'succeeded' });
    expect((await call('POST', `/intents/${id}/pay`)).status).toBe(400);
    expect((await call('POST', `/intents/${id}/refund`, { amount: 300 })).body).toMatchObject({
      amount: 300,
    });
    expect((await call('POST', `/intents/${id}/dispute`)).body).toMatchObject({
      object: 'dispute',
      amount: 700,
    });
    expect((await call('GET', '/intents')).body.intents).toHaveLength(1);
    await world.sandbox.control.drained();

    const { events } = (await call('GET', '/events')).body;
    const lost = events.filter((one: { delivery: string }) => one.delivery === 'lost');
    expect(lost).toHaveLength(2);
    expect((await call('POST', `/events/${lost[0].event.id}/redeliver`)).status).toBe(200);
    await world.sandbox.control.drained();
    expect(world.receiver.types().at(-1)).toBe('charge.updated');
    expect((await call('DELETE', '/faults')).body).toEqual({ faults: [] });
    expect((await call('POST', '/events/release')).status).toBe(200);
  });

  it('explains itself and refuses what it does not know', async () => {
    const help = await fetch(`${world.sandbox.url}/_sandbox/`);
    expect(await help.text()).toContain('POST   /_sandbox/faults');
    expect((await call('POST', '/faults', { fault: 'explode', count: 1 })).status).toBe(400);
    expect((await call('POST', '/faults', { fault: 'delay', count: 1 })).body.error.message).toContain('ms');
    expect((await call('POST', '/events/evt_none/redeliver')).status).toBe(404);
    const form = await fetch(`${world.sandbox.url}/_sandbox/faults`, {
      method: 'POST',
      body: new URLSearchParams({ fault: 'lose', count: '1' }),
    });
    expect(form.status).toBe(415);
  });
});
