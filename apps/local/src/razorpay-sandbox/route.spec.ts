import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { type RazorpaySandbox, startRazorpaySandbox } from './index.ts';

const KEY = { keyId: 'rzp_test_one', keySecret: 'the-secret-of-the-key' };
const id = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}_[0-9A-Za-z]{14}$`));

/** What https://razorpay.com/docs/api/payments/route/create-linked-account/ shows. */
const ACCOUNT = {
  email: 'gaurav.kumar@example.com',
  phone: '9000090000',
  type: 'route',
  legal_business_name: 'Gaurav Kumar',
  business_type: 'individual',
  contact_name: 'Gaurav Kumar',
  profile: {
    category: 'healthcare',
    subcategory: 'clinic',
    addresses: {
      registered: {
        street1: '507, Koramangala 1st block',
        street2: 'MG Road',
        city: 'Bengaluru',
        state: 'KARNATAKA',
        postal_code: '560034',
        country: 'IN',
      },
    },
  },
};
const STAKEHOLDER = {
  name: 'Gaurav Kumar',
  email: 'gaurav.kumar@example.com',
  kyc: { pan: 'AVOPB1111K' },
  addresses: {
    residential: {
      street: '506, Koramangala 1st block',
      city: 'Bengaluru',
      state: 'Karnataka',
      postal_code: '560034',
      country: 'IN',
    },
  },
};
const SETTLEMENTS = {
  settlements: { account_number: '1234567890', ifsc_code: 'HDFC0000317', beneficiary_name: 'Gaurav Kumar' },
  tnc_accepted: true,
};

describe('the Razorpay sandbox, for those whom the platform pays', () => {
  let sandbox: RazorpaySandbox;

  before(async () => {
    const webhook = { webhookSecret: 'of-webhooks', webhookUrl: 'http://127.0.0.1:9/', retryDelays: [] };
    sandbox = await startRazorpaySandbox({ ...KEY, ...webhook });
  });
  after(() => sandbox.close());

  const ask = async (method: string, path: string, body?: object, headers: object = {}) => {
    const response = await fetch(new URL(path, sandbox.url), {
      method,
      headers: {
        authorization: `Basic ${btoa(`${KEY.keyId}:${KEY.keySecret}`)}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const refused = (description: string, more: object = {}) => ({
    status: 400,
    body: { error: { code: 'BAD_REQUEST_ERROR', description, ...more } },
  });
  let accounts = 0;
  const account = async (more: object = {}): Promise<string> => {
    const email = `number-${(accounts += 1)}@example.com`;
    return (await ask('POST', '/v2/accounts', { ...ACCOUNT, email, ...more })).body.id;
  };
  const activated = async (): Promise<string> => {
    const made = await account();
    const { body } = await ask('POST', `/v2/accounts/${made}/products`, {
      product_name: 'route',
      tnc_accepted: true,
    });
    await ask('PATCH', `/v2/accounts/${made}/products/${body.id}`, SETTLEMENTS);
    return made;
  };
  const paid = async (amount: number): Promise<string> => {
    const order = await ask('POST', '/v1/orders', { amount, currency: 'INR' });
    return sandbox.control.pay(order.body.id).id;
  };
  const lastEvent = () => sandbox.control.events().at(-1)?.event.body;

  it('lets nobody in without the key', async () => {
    const answer = await ask('GET', '/v2/accounts/acc_1', undefined, { authorization: 'Basic eDp5' });
    expect(answer).toMatchObject({ status: 401 });
  });

  it('keeps linked accounts, one for an address, and names whose it is', async () => {
    const made = await ask('POST', '/v2/accounts', { ...ACCOUNT, notes: { doctor_id: 'one' } });
    expect(made).toEqual({
      status: 200,
      body: {
        ...ACCOUNT,
        id: id('acc'),
        status: 'created',
        notes: { doctor_id: 'one' },
        customer_facing_business_name: 'Gaurav Kumar',
        created_at: expect.any(Number),
      },
    });
    const path = `/v2/accounts/${made.body.id}`;
    expect((await ask('GET', path)).body).toEqual(made.body);
    expect(await ask('POST', '/v2/accounts', ACCOUNT)).toMatchObject(
      refused(`Merchant email already exists for account - ${made.body.id.slice(4)}`),
    );
    expect((await ask('PATCH', path, { phone: '9000090001' })).body.phone).toBe('9000090001');
    expect((await ask('PATCH', path, { email: 'other@example.com' })).status).toBe(400);
    expect(await ask('GET', '/v2/accounts/acc_none')).toMatchObject(
      refused('Linked account does not exist', { reason: 'linked_account_id_does_not_exist' }),
    );
    expect((await ask('POST', '/v2/accounts', { ...ACCOUNT, contact_name: 'Dr. X' })).status).toBe(400);
  });

  it('takes one stakeholder, with the PAN of a person', async () => {
    const path = `/v2/accounts/${await account()}/stakeholders`;
    expect((await ask('GET', path)).body).toEqual({ entity: 'collection', count: 0, items: [] });
    const wrong = { ...STAKEHOLDER, kyc: { pan: 'AVOCB1111K' } };
    expect(await ask('POST', path, wrong)).toMatchObject(
      refused('The pan field is invalid.', { field: 'kyc.pan' }),
    );
    const made = await ask('POST', path, STAKEHOLDER);
    expect(made.body).toEqual({ ...STAKEHOLDER, entity: 'stakeholder', id: id('sth'), notes: [] });
    expect(await ask('POST', path, STAKEHOLDER)).toMatchObject(
      refused('Stakeholders cannot be more than one for Route product.'),
    );
    const [listed] = (await ask('GET', path)).body.items;
    expect(`sth_${listed.id}`).toBe(made.body.id);
    const changed = await ask('PATCH', `${path}/${made.body.id}`, { name: 'G Kumar' });
    expect((await ask('PATCH', `${path}/${made.body.id}`, { email: 'g@example.com' })).status).toBe(400);
    expect(changed.body).toMatchObject({ id: made.body.id, name: 'G Kumar' });
  });

  it('activates an account whose bank it knows, at once or after a look, and tells of each step', async () => {
    const made = await account();
    const path = `/v2/accounts/${made}/products`;
    const request = { product_name: 'route', tnc_accepted: true };
    const product = await ask('POST', path, request);
    expect(product.body).toMatchObject({
      id: id('acc_prd'),
      account_id: made,
      product_name: 'route',
      activation_status: 'needs_clarification',
      requirements: [
        { field_reference: 'settlements.account_number', reason_code: 'field_missing', status: 'required' },
        { field_reference: 'settlements.ifsc_code' },
        { field_reference: 'settlements.beneficiary_name' },
      ],
      tnc: { accepted: true },
    });
    expect((await ask('POST', path, request)).body.id).toBe(product.body.id);
    const own = `${path}/${product.body.id}`;
    const wrong = { ...SETTLEMENTS, settlements: { ...SETTLEMENTS.settlements, ifsc_code: 'HDFC' } };
    expect(await ask('PATCH', own, wrong)).toMatchObject(refused('Invalid IFSC Code.'));
    sandbox.control.reviewAccounts(true);
    expect((await ask('PATCH', own, SETTLEMENTS)).body.activation_status).toBe('under_review');
    expect(await ask('PATCH', own, SETTLEMENTS)).toMatchObject(
      refused('Merchant activation form has been locked for editing by admin.'),
    );
    sandbox.control.decideAccount(made, 'needs_clarification');
    expect(lastEvent()).toMatchObject({
      entity: 'event',
      account_id: made,
      event: 'product.route.needs_clarification',
      contains: ['merchant_product'],
      payload: {
        merchant_product: {
          entity: { id: product.body.id, merchant_id: made, activation_status: 'needs_clarification' },
          data: { requirements: expect.arrayContaining([expect.any(Object)]) },
        },
      },
    });
    sandbox.control.reviewAccounts(false);
    expect((await ask('PATCH', own, SETTLEMENTS)).body).toMatchObject({
      activation_status: 'activated',
      requirements: [],
      active_configuration: SETTLEMENTS.settlements && { settlements: SETTLEMENTS.settlements },
    });
    expect(lastEvent()).toMatchObject({
      event: 'product.route.activated',
      payload: { merchant_product: { data: [] } },
    });
    expect((await ask('GET', own)).body.activation_status).toBe('activated');
  });

  it('transfers what there is, once for a key, and keeps its fee', async () => {
    await paid(100_000);
    const recipient = await activated();
    const body = { account: recipient, amount: 40_000, currency: 'INR', notes: { payout_id: 'p' } };
    const send = (key?: string, more: object = {}) =>
      ask('POST', '/v1/transfers', { ...body, ...more }, key ? { 'x-transfer-idempotency': key } : {});
    const made = await send('key-of-one');
    expect(made.body).toEqual({
      id: id('trf'),
      entity: 'transfer',
      status: 'processed',
      settlement_status: 'pending',
      source: id('acc'),
      recipient,
      amount: 40_000,
      currency: 'INR',
      amount_reversed: 0,
      fees: 100,
      tax: 0,
      notes: { payout_id: 'p' },
      linked_account_notes: [],
      on_hold: false,
      on_hold_until: null,
      recipient_settlement_id: null,
      created_at: expect.any(Number),
      processed_at: expect.any(Number),
      error: expect.objectContaining({ code: null, reason: null, id: made.body.id }),
    });
    expect(lastEvent()).toMatchObject({
      event: 'transfer.processed',
      contains: ['transfer'],
      payload: { transfer: { entity: made.body } },
    });
    expect((await send('key-of-one')).body).toEqual(made.body);
    expect((await send('key-of-one', { amount: 200 })).status).toBe(400);
    expect((await send('abc')).status).toBe(400);
    expect((await send('x'.repeat(37))).status).toBe(400);
    expect((await send(undefined, { currency: 'USD' })).status).toBe(400);
    expect((await send(undefined, { amount: 99 })).status).toBe(400);
    // 100,000 less 2,000 of fee, less what went and its fee.
    expect(await send(undefined, { amount: 58_000 })).toMatchObject(
      refused('Transfer failed due to insufficient balance', { reason: 'insufficient_balance' }),
    );
    expect((await send(undefined, { amount: 57_000 })).status).toBe(200);
    expect(await send(undefined, { account: await account(), amount: 100 })).toMatchObject({ status: 400 });
    sandbox.control.reverseTransfer(made.body.id, 10_000);
    expect((await ask('GET', `/v1/transfers/${made.body.id}`)).body).toMatchObject({
      status: 'partially_reversed',
      amount_reversed: 10_000,
    });
    expect((await ask('GET', '/v1/transfers?count=1')).body).toMatchObject({
      count: 1,
      items: [{ amount: 57_000 }],
    });
  });

  it('disputes, with the payment beside', async () => {
    const payment = await paid(50_000);
    const { id: dispute } = sandbox.control.dispute(payment, { amount: 39_000 });
    expect(lastEvent()).toMatchObject({
      event: 'payment.dispute.created',
      contains: ['payment', 'dispute'],
      payload: {
        payment: { entity: { id: payment, captured: true } },
        dispute: {
          entity: {
            id: id('disp'),
            entity: 'dispute',
            payment_id: payment,
            amount: 39_000,
            currency: 'INR',
            amount_deducted: 0,
            status: 'open',
            phase: 'chargeback',
          },
        },
      },
    });
    expect((await ask('GET', `/v1/disputes/${dispute}`)).body.status).toBe('open');
    await ask('POST', `/_sandbox/disputes/${dispute}/contest`, {});
    await ask('POST', `/_sandbox/disputes/${dispute}/close`, { status: 'lost' });
    expect((await ask('GET', '/v1/disputes?count=1')).body.items).toMatchObject([
      { id: dispute, status: 'lost', amount_deducted: 39_000 },
    ]);
    expect((await ask('POST', `/_sandbox/disputes/${dispute}/close`, { status: 'won' })).status).toBe(400);
    expect((await ask('POST', `/_sandbox/payments/${payment}/dispute`, { amount: 60_000 })).status).toBe(400);
  });
});
