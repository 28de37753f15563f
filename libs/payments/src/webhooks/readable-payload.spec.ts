import { describe, it } from 'node:test';
import { expect } from 'expect';
import { readablePayload } from './readable-payload.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('a payload for an operator', () => {
  it('keeps ids, codes, amounts and times', () => {
    const event = {
      id: 'evt_1',
      created: 1_767_225_600,
      livemode: true,
      data: {
        object: {
          id: 'pi_1',
          amount: 5000,
          currency: 'eur',
          status: 'succeeded',
          metadata: { payment_id: '0198c0de-0000-7000-8000-000000000001' },
          last_payment_error: null,
          latest_charge: 'ch_1',
        },
      },
    };
    expect(readablePayload(bytes(event))).toEqual(event);
  });

  it('leaves out where somebody’s bank is, and what the tax office calls them', () => {
    const settlements = {
      account_number: '50100012345678',
      ifsc_code: 'HDFC0000317',
      beneficiary_name: 'Asha',
    };
    const shown = readablePayload(
      bytes({ id: 'acc_1', pan: 'ABCPR1234F', kyc: { pan: 'ABCPR1234F' }, settlements }),
    );
    expect(shown).toMatchObject({ id: 'acc_1' });
    expect(JSON.stringify(shown)).not.toMatch(/5010|HDFC|Asha|ABCPR/);
  });

  it('leaves out what opens something, and who somebody is', () => {
    const shown = readablePayload(
      bytes({
        client_secret: 'pi_1_secret_abc',
        elsewhere: 'pi_1_secret_abc',
        receipt_email: 'paula@example.test',
        billing_details: { name: 'Paula', address: { city: 'Paris', postal_code: '75002' } },
        payment_method_details: { card: { last4: '4242' } },
        card: { last4: '4242', name: 'PAULA' },
        contact: '33123456789',
        vpa: 'paula',
        note: 'It hurts here',
        link: 'https://example.test/receipt',
        evidence: { product: 'visit' },
        customer: null,
        list: ['re_1', 'a name'],
      }),
    );
    expect(shown).toEqual({
      client_secret: '[removed]',
      elsewhere: '[removed]',
      receipt_email: '[removed]',
      billing_details: '[removed]',
      payment_method_details: '[removed]',
      card: '[removed]',
      contact: '[removed]',
      vpa: '[removed]',
      note: '[removed]',
      link: '[removed]',
      evidence: '[removed]',
      customer: null,
      list: ['re_1', '[removed]'],
    });
    expect(JSON.stringify(shown)).not.toMatch(/paula|4242|secret_abc/i);
  });

  it('is nothing when it is no JSON', () => {
    expect(readablePayload(Buffer.from('<xml>'))).toBeNull();
  });
});
