import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import type Stripe from 'stripe';
import { startWorld, type World } from './sandbox-for-tests.ts';

describe('subscriptions through the official client', () => {
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

  const priceOf = async (currency: string) => {
    const key = `pro_${currency}`;
    const found = await stripe.prices.list({ lookup_keys: [key], active: true });
    return (
      found.data[0] ??
      (await stripe.prices.create({
        currency,
        unit_amount: 4900,
        recurring: { interval: 'month' },
        product_data: { name: 'Pro' },
        lookup_key: key,
        metadata: { plan: 'pro' },
      }))
    );
  };
  const open = async (currency = 'eur') => {
    const customer = await stripe.customers.create({ metadata: { organization_id: 'o-1' } });
    const { id: price } = await priceOf(currency);
    return stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: customer.id,
      client_reference_id: 'o-1',
      line_items: [{ price, quantity: 1 }],
      metadata: { checkout_id: 'c-1' },
      subscription_data: { metadata: { checkout_id: 'c-1' } },
      success_url: 'http://shop.test/done?session={CHECKOUT_SESSION_ID}',
      cancel_url: 'http://shop.test/plans',
    });
  };
  const subscribed = async () => {
    const { id } = await open();
    return world.sandbox.control.payCheckout(id).subscription as string;
  };
  const click = async (url: string | null, action: string) => {
    const response = await fetch(String(url), {
      method: 'POST',
      body: new URLSearchParams({ action }),
      redirect: 'manual',
    });
    return { to: response.headers.get('location'), html: await response.text() };
  };
  const refusal = (question: Promise<unknown>) =>
    question.then(
      () => undefined,
      (error: Stripe.errors.StripeError) => [error.statusCode, error.code],
    );

  it('finds a price by its lookup key, which no other can have', async () => {
    const price = await priceOf('usd');
    expect(price).toMatchObject({
      object: 'price',
      type: 'recurring',
      unit_amount: 4900,
      lookup_key: 'pro_usd',
    });
    expect(price.unit_amount_decimal?.toString()).toBe('4900');
    expect(await priceOf('usd')).toMatchObject({ id: price.id });
    const again = stripe.prices.create({
      currency: 'usd',
      unit_amount: 100,
      recurring: { interval: 'month' },
      product_data: { name: 'Pro' },
      lookup_key: 'pro_usd',
    });
    expect(await refusal(again)).toEqual([400, undefined]);
    expect((await stripe.prices.list({ lookup_keys: ['none'] })).data).toEqual([]);
  });

  it('subscribes on a page, where another card can be tried, and tells of it as Stripe does', async () => {
    const session = await open();
    expect(session).toMatchObject({
      object: 'checkout.session',
      status: 'open',
      payment_status: 'unpaid',
      mode: 'subscription',
      amount_total: 4900,
      subscription: null,
      client_reference_id: 'o-1',
    });
    expect(session.id).toMatch(/^cs_test_[A-Za-z0-9]{24}$/);
    const page = await (await fetch(String(session.url))).text();
    expect(page).toContain('€49.00 a month');
    expect(page).not.toMatch(/<(script|link|img)/);
    expect((await click(session.url, 'back')).to).toBe('http://shop.test/plans');
    expect((await click(session.url, 'decline')).html).toContain('Your card was declined.');
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
    await world.sandbox.control.drained();
    world.receiver.received.length = 0;
    expect((await click(session.url, 'pay')).to).toBe(`http://shop.test/done?session=${session.id}`);
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['subscription', 'customer', 'invoice'],
    });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      customer: { object: 'customer', metadata: { organization_id: 'o-1' } },
      invoice: {
        object: 'invoice',
        status: 'paid',
        billing_reason: 'subscription_create',
        amount_paid: 4900,
      },
      subscription: {
        object: 'subscription',
        status: 'active',
        metadata: { checkout_id: 'c-1' },
        items: { data: [{ quantity: 1, price: { lookup_key: 'pro_eur', metadata: { plan: 'pro' } } }] },
      },
    });
    const subscription = done.subscription as Stripe.Subscription;
    const { data } = await stripe.invoices.list({ subscription: subscription.id, status: 'paid' });
    expect(data).toHaveLength(1);
    expect(data[0]?.parent).toMatchObject({
      type: 'subscription_details',
      subscription_details: { subscription: subscription.id },
    });
    const paid = await stripe.invoicePayments.list({ invoice: String(data[0]?.id), status: 'paid' });
    const [payment] = paid.data;
    expect(payment).toMatchObject({ amount_paid: 4900, payment: { type: 'payment_intent' } });
    const intent = await stripe.paymentIntents.retrieve(payment?.payment.payment_intent as string, {
      expand: ['latest_charge.balance_transaction'],
    });
    expect(intent).toMatchObject({
      status: 'succeeded',
      customer: subscription.customer,
      latest_charge: { balance_transaction: { fee: 172 } },
    });
    await world.sandbox.control.drained();
    expect(world.receiver.types().filter((type) => !/^(payment_intent|charge)/.test(type))).toEqual([
      'invoice.created',
      'invoice.finalized',
      'customer.subscription.created',
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice_payment.paid',
      'checkout.session.completed',
    ]);
    expect(await refusal(stripe.checkout.sessions.expire(session.id))).toEqual([400, undefined]);
  });

  it('closes a page', async () => {
    const session = await open();
    expect(await stripe.checkout.sessions.expire(session.id)).toMatchObject({ status: 'expired', url: null });
    expect(() => world.sandbox.control.payCheckout(session.id)).toThrow('expired');
    await world.sandbox.control.drained();
    expect(world.receiver.types()).toContain('checkout.session.expired');
  });

  it('charges each month, tries again, and gives up', async () => {
    const { control } = world.sandbox;
    const id = await subscribed();
    const periodEnd = async () =>
      (await stripe.subscriptions.retrieve(id)).items.data[0]?.current_period_end ?? 0;
    const first = await periodEnd();
    control.advance(id);
    const second = await periodEnd();
    expect((second - first) / 86_400).toBeGreaterThanOrEqual(28);
    control.useCard(id, 'pm_card_chargeDeclined');
    control.advance(id);
    expect(await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })).toMatchObject({
      status: 'past_due',
      latest_invoice: { status: 'open', attempt_count: 1, amount_remaining: 4900 },
    });
    control.retryCharge(id);
    control.giveUpCharging(id);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'unpaid' });
    control.retryCharge(id, 'pm_card_visa');
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'active' });
    expect((await stripe.invoices.list({ subscription: id, status: 'paid' })).data).toHaveLength(3);
    expect(() => control.retryCharge(id)).toThrow('Nothing is owed');
    await control.drained();
    expect(world.receiver.types().filter((type) => type === 'invoice.payment_failed')).toHaveLength(2);
  });

  it('ends now by the API, or with the month by the portal', async () => {
    const id = await subscribed();
    const customer = (await stripe.subscriptions.retrieve(id)).customer as string;
    const portal = await stripe.billingPortal.sessions.create({
      customer,
      return_url: 'http://shop.test/plans',
    });
    expect(await (await fetch(portal.url)).text()).toContain('Cancel with the end of the month');
    await click(portal.url, 'cancel');
    const cancelled = await stripe.subscriptions.retrieve(id);
    expect(cancelled).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      cancel_at: cancelled.items.data[0]?.current_period_end,
    });
    world.sandbox.control.advance(id);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'canceled' });
    expect((await click(portal.url, 'back')).to).toBe('http://shop.test/plans');
    const other = await subscribed();
    expect(await stripe.subscriptions.cancel(other)).toMatchObject({ status: 'canceled' });
    expect(await refusal(stripe.subscriptions.cancel(other))).toEqual([404, 'resource_missing']);
    expect((await stripe.subscriptions.list({ customer })).data).toEqual([]);
    expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toHaveLength(1);
    await world.sandbox.control.drained();
    expect(world.receiver.types().filter((type) => type === 'customer.subscription.deleted')).toHaveLength(2);
  });

  it('refuses what it does not know', async () => {
    const price = await priceOf('eur');
    const order = { line_items: [{ price: price.id, quantity: 1 }], success_url: 'http://shop.test/' };
    const nobody = stripe.checkout.sessions.create({ ...order, mode: 'subscription', customer: 'cus_none' });
    expect(await refusal(nobody)).toEqual([400, 'resource_missing']);
    expect(await refusal(stripe.subscriptions.retrieve('sub_none'))).toEqual([404, 'resource_missing']);
    expect((await fetch(`${world.sandbox.url}/checkout/cs_none`)).status).toBe(404);
    expect((await fetch(`${world.sandbox.url}/portal/none`)).status).toBe(404);
  });
});
