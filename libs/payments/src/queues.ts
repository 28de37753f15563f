import { z } from 'zod';
import { defineQueue } from '#platform';

/** A webhook lies in the inbox. */
export const ProcessWebhook = defineQueue('payments.process-webhook', z.object({ webhookEventId: z.uuid() }));

/** A payment may hang: ask the provider what became of it. */
export const ReconcilePayment = defineQueue('payments.reconcile', z.object({ paymentId: z.uuid() }));

/** Money waits at the provider to be taken, unless the provider has taken it by now. */
export const CollectPayment = defineQueue('payments.collect', z.object({ paymentId: z.uuid() }));

/** A refund has to be made at the provider, or followed there to its end. */
export const ExecuteRefund = defineQueue('payments.execute-refund', z.object({ refundId: z.uuid() }));

/** What a provider kept of a payment has to be found out, and booked. */
export const BookProviderFee = defineQueue(
  'payments.book-provider-fee',
  z.object({ paymentId: z.uuid(), asked: z.int().min(1) }),
);

/** An approved payout has to be made at the provider, or its outcome there found out. */
export const ExecutePayout = defineQueue('payments.execute-payout', z.object({ payoutId: z.uuid() }));

/** A payout was paid; whether its provider has taken any of it back since is to be found out. */
export const CheckPayout = defineQueue('payments.check-payout', z.object({ payoutId: z.uuid() }));

/** A provider is to be compared with what stands here: thousands of payments take their time. */
export const RunReconciliation = defineQueue(
  'payments.run-reconciliation',
  z.object({ reconciliationId: z.uuid() }),
  { seconds: 3600 },
);

/** Something about a subscription has changed at its provider: what, is asked there. */
export const FollowSubscription = defineQueue(
  'payments.follow-subscription',
  z.object({ provider: z.string(), reference: z.string() }),
);

/** Somebody has opened a page to subscribe, and nobody has told what became of it. */
export const FollowSubscriptionCheckout = defineQueue(
  'payments.follow-subscription-checkout',
  z.object({ organizationId: z.uuid() }),
);

/** Nobody is there any more who could use a subscription, or cancel it. */
export const EndSubscription = defineQueue(
  'payments.end-subscription',
  z.object({ provider: z.string(), reference: z.string() }),
);
