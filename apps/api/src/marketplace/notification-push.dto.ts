import { z } from 'zod';

const Endpoint = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .describe('https, on the public internet.');
const Key = z
  .string()
  .regex(/^[A-Za-z0-9_-]+={0,2}$/, 'base64url.')
  .max(100);

export const Subscribe = z.object({
  endpoint: Endpoint,
  keys: z.object({ p256dh: Key, auth: Key }),
});

export const Unsubscribe = z.object({ endpoint: Endpoint });

export const PushKeyAnswer = z.object({ public_key: z.string().describe('VAPID, base64url.') });

export const SubscriptionAnswer = z.object({ id: z.uuid() }).meta({ id: 'PushSubscription' });
