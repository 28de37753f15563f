import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { verifyCheckout, verifyRazorpaySignature } from './razorpay-signature.ts';

const BODY = Buffer.from('{"event":"payment.captured","name":"Zoë"}');
const sign = (message: Uint8Array | string, secret: string) =>
  createHmac('sha256', secret).update(message).digest('hex');
const forgedWebhook = expect.objectContaining({ code: 'webhook_signature_invalid' });
const forgedCheckout = expect.objectContaining({ code: 'checkout_signature_invalid' });

describe('Razorpay’s signatures', () => {
  it('of webhooks: accepts any live secret, and nothing else', () => {
    expect(() => verifyRazorpaySignature(BODY, sign(BODY, 'one'), ['one'])).not.toThrow();
    expect(() => verifyRazorpaySignature(BODY, sign(BODY, 'one'), ['two', 'one'])).not.toThrow();
    expect(() => verifyRazorpaySignature(BODY, sign(BODY, 'one'), ['two'])).toThrow(forgedWebhook);
    expect(() => verifyRazorpaySignature(BODY, sign(BODY, 'one'), [])).toThrow(forgedWebhook);
    expect(() => verifyRazorpaySignature(BODY, sign(BODY, 'one').toUpperCase(), ['one'])).toThrow(
      forgedWebhook,
    );
    for (let at = 0; at < BODY.length; at += 1) {
      const changed = Buffer.from(BODY);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => verifyRazorpaySignature(changed, sign(BODY, 'one'), ['one'])).toThrow(forgedWebhook);
    }
  });

  it('of the checkout: belongs to the order that we know', () => {
    const signature = sign('order_A|pay_B', 'key');
    expect(() => verifyCheckout({ orderId: 'order_A', paymentId: 'pay_B', signature }, 'key')).not.toThrow();
    for (const [orderId, paymentId, secret] of [
      ['order_X', 'pay_B', 'key'],
      ['order_A', 'pay_X', 'key'],
      ['order_A', 'pay_B', 'other'],
      // As subscriptions sign.
      ['pay_B', 'order_A', 'key'],
    ] as const) {
      expect(() => verifyCheckout({ orderId, paymentId, signature }, secret)).toThrow(forgedCheckout);
    }
  });
});
