import { createHmac, timingSafeEqual } from 'node:crypto';
import { forgedCheckout, forgedWebhook } from '../../payments.errors.ts';

/**
 * Checks `X-Razorpay-Signature` (https://razorpay.com/docs/webhooks/validate-test/): hex HMAC-SHA256 of the
 * body as the bytes that came. It tells no time. While a secret is being changed one of several may match: what
 * is sent again keeps the signature of the old one.
 * @throws invalid `webhook_signature_invalid`
 */
export function verifyRazorpaySignature(
  rawBody: Uint8Array,
  signature: string,
  secrets: readonly string[],
): void {
  if (!secrets.some((secret) => isSignedBy(secret, rawBody, signature))) throw forgedWebhook();
}

/**
 * Checks what Razorpay's checkout hands to the browser after a payment: an HMAC over order and payment, made
 * with the key's secret. The order is the one that we know, not the one that the browser names.
 * @throws invalid `checkout_signature_invalid`
 */
export function verifyCheckout(
  { orderId, paymentId, signature }: { orderId: string; paymentId: string; signature: string },
  keySecret: string,
): void {
  if (!isSignedBy(keySecret, `${orderId}|${paymentId}`, signature)) throw forgedCheckout();
}

function isSignedBy(secret: string, message: Uint8Array | string, signature: string): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(message).digest('hex'));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
