import { z } from 'zod';
import type { Payment, PaymentIntent } from '#payments';
import { iso, isoOrNull, MoneyField, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Status = z.enum([
  'created',
  'requires_action',
  'processing',
  'succeeded',
  'partially_refunded',
  'refunded',
  'failed',
  'cancelled',
  'disputed',
]);

/** What the visit costs is not asked: a price that a client sends is not read. */
export const PayFor = z
  .object({ appointment_id: z.uuid() })
  .transform(({ appointment_id }) => ({ appointmentId: appointment_id }));

export const TRANSACTION_FILTERS = {
  status: Status.optional(),
  appointment_id: z.uuid().optional(),
  doctor_id: z.uuid().optional(),
};

/** What the provider's code gave to the browser after a payment. */
export const CheckoutHandover = z.object({
  razorpay_payment_id: z.string().max(64).optional(),
  razorpay_order_id: z.string().max(64).optional(),
  razorpay_signature: z.string().max(256).optional(),
});

export const ListTransactions = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', amount: 'amount' },
  TRANSACTION_FILTERS,
);

export const TransactionAnswer = z
  .object({
    id: z.uuid(),
    appointment_id: z.uuid(),
    doctor_id: z.uuid(),
    patient_id: z.uuid(),
    provider: z.string(),
    provider_reference: z.string().nullable(),
    amount: MoneyField,
    refunded: MoneyField,
    disputed: MoneyField.describe('What the provider has taken of it for disputes and not given back.'),
    commission: MoneyField.nullable().describe(
      'What the platform keeps when nothing is refunded; `null` for the patient.',
    ),
    status: Status,
    failure_code: z
      .string()
      .nullable()
      .describe('The provider’s code for why the last attempt was declined.'),
    succeeded_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Transaction' });

export const IntentAnswer = z
  .object({
    transaction: TransactionAnswer,
    provider: z.string(),
    client_secret: z
      .string()
      .describe(
        'For the provider’s own code in the patient’s browser; with Razorpay its `order_id`. Do not keep it.',
      ),
    publishable_key: z.string().describe('For the same code; with Razorpay its `key`.'),
    checkout_url: z.url().nullable().describe('A page to pay on; only with the sandbox.'),
    expires_at: Timestamp.describe('When the slot is given up.'),
  })
  .meta({ id: 'PaymentIntent' });

/** @param withCommission whether the reader may see how the payment is divided. */
export function toTransaction(payment: Payment, withCommission: boolean): z.infer<typeof TransactionAnswer> {
  return {
    id: payment.id,
    appointment_id: payment.appointmentId,
    doctor_id: payment.practitionerId,
    patient_id: payment.patientId,
    provider: payment.provider,
    provider_reference: payment.providerReference,
    amount: payment.amount,
    refunded: payment.refunded,
    disputed: payment.disputed,
    commission: withCommission ? payment.commission : null,
    status: payment.status,
    failure_code: payment.failureCode,
    succeeded_at: isoOrNull(payment.succeededAt),
    created_at: iso(payment.createdAt),
    updated_at: iso(payment.updatedAt),
  };
}

export function toIntent(intent: PaymentIntent): z.infer<typeof IntentAnswer> {
  return {
    transaction: toTransaction(intent.payment, false),
    provider: intent.payment.provider,
    client_secret: intent.clientSecret,
    publishable_key: intent.publishableKey,
    checkout_url: intent.checkoutUrl,
    expires_at: iso(intent.expiresAt),
  };
}
