import { createHmac, timingSafeEqual } from 'node:crypto';
import { forgedWebhook, untimelyWebhook } from '../../payments.errors.ts';

/** How far the signature's time may lie from now, before or after. Stripe's libraries use the same number. */
const TOLERANCE_SECONDS = 300;

/**
 * Checks `Stripe-Signature` (https://docs.stripe.com/webhooks#verify-manually): hex HMAC-SHA256 of
 * `<t>.<body>`, where one of several `v1` may match, and while a secret is being changed one of several
 * secrets. The body is taken as the bytes that came: the SDK decodes them first, and accepts a signature
 * from the future.
 *
 * @throws invalid `webhook_signature_invalid`, `webhook_timestamp_outside_tolerance`
 */
export function verifyStripeSignature(
  rawBody: Uint8Array,
  header: string,
  secrets: readonly string[],
  now: Temporal.Instant,
): void {
  const fields = header.split(',').map((field) => field.trim().split('=', 2));
  const time = fields.find(([name]) => name === 't')?.[1] ?? '';
  const signatures = fields.flatMap(([name, value]) => (name === 'v1' && value ? [Buffer.from(value)] : []));
  if (!/^\d{1,12}$/.test(time)) throw forgedWebhook();
  const genuine = secrets.some((secret) => {
    const hmac = createHmac('sha256', secret).update(`${time}.`).update(rawBody);
    const expected = Buffer.from(hmac.digest('hex'));
    return signatures.some((given) => given.length === expected.length && timingSafeEqual(given, expected));
  });
  if (!genuine) throw forgedWebhook();
  const age = Math.floor(now.epochMilliseconds / 1000) - Number(time);
  if (Math.abs(age) > TOLERANCE_SECONDS) throw untimelyWebhook();
}
