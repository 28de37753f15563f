import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import type Stripe from 'stripe';
import { startWorld, type World } from './sandbox-for-tests.ts';

describe('connected accounts and transfers through the official client', () => {
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

  const open = () =>
    stripe.accounts.create({
      controller: {
        fees: { payer: 'application' },
        losses: { payments: 'application' },
        requirement_collection: 'stripe',
        stripe_dashboard: { type: 'express' },
      },
      capabilities: { transfers: { requested: true } },
      country: 'FR',
      email: 'doctor@example.test',
      metadata: { doctor_id: 'd-1' },
    });
  const linkFor = (account: string) =>
    stripe.accountLinks.create({
      account,
      type: 'account_onboarding',
      return_url: 'http://localhost:3000/done',
      refresh_url: 'http://localhost:3000/again',
    });
  const ready = async () => {
    const account = await open();
    world.sandbox.control.completeOnboarding(account.id);
    return account.id;
  };
  const takeIn = async (amount: number) => {
    await stripe.paymentIntents.create({
      amount,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    await world.sandbox.control.drained();
  };
  const available = async () =>
    (await stripe.balance.retrieve()).available.find(({ currency }) => currency === 'eur')?.amount ?? 0;
  const refusal = (question: Promise<unknown>) =>
    question.then(
      () => undefined,
      (error: Stripe.errors.StripeError) => error.code,
    );

  it('opens an account that waits for its person, who tells everything on a page', async () => {
    const account = await open();
    expect(account).toMatchObject({
      object: 'account',
      type: 'express',
      country: 'FR',
      email: 'doctor@example.test',
      metadata: { doctor_id: 'd-1' },
      details_submitted: false,
      payouts_enabled: false,
      capabilities: { transfers: 'inactive' },
      requirements: { disabled_reason: 'requirements.past_due' },
    });
    expect(await stripe.accounts.retrieve(account.id)).toEqual(account);
    const link = await linkFor(account.id);
    expect(link).toMatchObject({ object: 'account_link', expires_at: link.created + 300 });
    const page = await fetch(link.url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(account.id);
    const submit = () =>
      fetch(link.url, {
        method: 'POST',
        body: new URLSearchParams({ action: 'submit' }),
        redirect: 'manual',
      });
    const done = await submit();
    expect([done.status, done.headers.get('location')]).toEqual([303, 'http://localhost:3000/done']);
    await world.sandbox.control.drained();
    expect(world.receiver.types()).toEqual(['account.updated']);
    const [event] = world.receiver.received;
    expect(event).toMatchObject({
      account: account.id,
      data: {
        object: { id: account.id, payouts_enabled: true, capabilities: { transfers: 'active' } },
        previous_attributes: { payouts_enabled: false },
      },
    });
    const again = await fetch(link.url, { redirect: 'manual' });
    expect([again.status, again.headers.get('location')]).toEqual([303, 'http://localhost:3000/again']);
    expect((await submit()).headers.get('location')).toBe(`/connect/${link.url.split('/').at(-1)}`);
    expect((await fetch(`${world.sandbox.url}/connect/nothing`)).status).toBe(404);
  });

  it('lets the person come back later', async () => {
    const account = await open();
    const link = await linkFor(account.id);
    const left = await fetch(link.url, {
      method: 'POST',
      body: new URLSearchParams({ action: 'later' }),
      redirect: 'manual',
    });
    expect(left.headers.get('location')).toBe('http://localhost:3000/done');
    expect((await stripe.accounts.retrieve(account.id)).details_submitted).toBe(false);
    expect((await stripe.accounts.list({ limit: 1 })).data[0]?.id).toBe(account.id);
  });

  it('moves what is there, once for a key, and finds it by its group', async () => {
    const destination = await ready();
    await takeIn(10_000);
    const before = await available();
    const request = {
      amount: 4000,
      currency: 'eur',
      destination,
      transfer_group: 'payout-1',
      metadata: { payout_id: 'p-1' },
    };
    const transfer = await stripe.transfers.create(request, { idempotencyKey: 'payout-1' });
    expect(transfer).toMatchObject({
      object: 'transfer',
      amount: 4000,
      amount_reversed: 0,
      reversed: false,
      destination,
      metadata: { payout_id: 'p-1' },
      source_transaction: null,
    });
    const repeated = await stripe.transfers.create(request, { idempotencyKey: 'payout-1' });
    expect(repeated.id).toBe(transfer.id);
    expect(await available()).toBe(before - 4000);
    expect((await stripe.transfers.list({ transfer_group: 'payout-1' })).data).toEqual([transfer]);
    expect((await stripe.transfers.list({ transfer_group: 'payout-2' })).data).toEqual([]);
    const booked = await stripe.balanceTransactions.retrieve(transfer.balance_transaction as string);
    expect(booked).toMatchObject({
      type: 'transfer',
      amount: -4000,
      fee: 0,
      net: -4000,
      source: transfer.id,
    });
    await world.sandbox.control.drained();
    expect(world.receiver.types()).toContain('transfer.created');
  });

  it('takes a transfer back, in parts and never more than there was', async () => {
    const destination = await ready();
    await takeIn(10_000);
    const { id } = await stripe.transfers.create({ amount: 3000, currency: 'eur', destination });
    const before = await available();
    const part = await stripe.transfers.createReversal(id, { amount: 1000 });
    expect(part).toMatchObject({ object: 'transfer_reversal', amount: 1000, transfer: id });
    expect(await stripe.transfers.retrieve(id)).toMatchObject({ amount_reversed: 1000, reversed: false });
    await expect(stripe.transfers.createReversal(id, { amount: 2001 })).rejects.toThrow('left to reverse');
    await stripe.transfers.createReversal(id);
    expect(await stripe.transfers.retrieve(id)).toMatchObject({ amount_reversed: 3000, reversed: true });
    expect(await available()).toBe(before + 3000);
    await world.sandbox.control.drained();
    expect(world.receiver.types().filter((type) => type === 'transfer.reversed')).toHaveLength(2);
  });

  it('refuses what Stripe would refuse', async () => {
    const destination = await ready();
    const { id: unready } = await open();
    const to = (account: string, amount: number, currency = 'eur') =>
      refusal(stripe.transfers.create({ amount, currency, destination: account }));
    expect(await to(unready, 100)).toBe('insufficient_capabilities_for_transfer');
    expect(await to('acct_nobody', 100)).toBe('resource_missing');
    expect(await to(destination, 0)).toBe('parameter_invalid_integer');
    expect(await to(destination, (await available()) + 1)).toBe('balance_insufficient');
    // Currencies with three decimals move in steps of ten; nothing of them is there.
    expect(await to(destination, 1005, 'kwd')).not.toBe('balance_insufficient');
    expect(await to(destination, 1000, 'kwd')).toBe('balance_insufficient');
    expect(await to(destination, 1, 'jpy')).toBe('balance_insufficient');
    world.sandbox.control.restrictAccount(destination);
    expect(await to(destination, 100)).toBe('insufficient_capabilities_for_transfer');
  });
});
