import { z } from 'zod';
import { defineEvent } from '#platform';

const payment = z.object({ paymentId: z.uuid(), appointmentId: z.uuid() });

export const PaymentSucceeded = defineEvent(
  'payments.succeeded',
  'The money for a visit has arrived.',
  payment,
);

export const PaymentFailed = defineEvent(
  'payments.failed',
  'An attempt to pay for a visit was declined; the patient may try again while the slot is held.',
  payment,
);

export const RefundSucceeded = defineEvent(
  'payments.refund-succeeded',
  'Money for a visit has gone back to the patient.',
  payment.extend({ refundId: z.uuid() }),
);

export const RefundFailed = defineEvent(
  'payments.refund-failed',
  'Money for a visit did not reach the patient: the provider refused it, or the bank sent it back.',
  payment.extend({ refundId: z.uuid() }),
);

const dispute = payment.extend({ disputeId: z.uuid() });

export const DisputeOpened = defineEvent(
  'payments.dispute-opened',
  'The patient’s bank asks for the money of a visit back, or asks about it.',
  dispute,
);

export const DisputeClosed = defineEvent(
  'payments.dispute-closed',
  'A dispute is decided; whether it was won stands in it.',
  dispute,
);

const payout = z.object({ payoutId: z.uuid(), doctorId: z.uuid() });

export const PayoutPaid = defineEvent('payments.payout-paid', 'A doctor has been paid out.', payout);

export const PayoutFailed = defineEvent(
  'payments.payout-failed',
  'The provider refused to pay a doctor out; an administrator may approve it anew.',
  payout,
);

const subscription = z.object({ subscriptionId: z.uuid(), userId: z.uuid() });

export const SubscriptionTrialEnding = defineEvent(
  'payments.subscription-trial-ending',
  'The trial of a practice that has not subscribed ends within a week.',
  subscription.extend({ endsAt: z.iso.datetime() }),
);

export const SubscriptionPastDue = defineEvent(
  'payments.subscription-past-due',
  'A month of a subscription could not be charged; the provider tries again.',
  subscription.extend({ periodEndsAt: z.iso.datetime() }),
);
