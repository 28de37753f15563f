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
