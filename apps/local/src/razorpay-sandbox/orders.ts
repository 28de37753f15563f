import { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import type { Notes, Order } from './entities.ts';
import { badRequest } from './errors.ts';
import { razorpayId, type Store } from './store.ts';

const MAX_NOTES = 15;
const MAX_RECEIPT = 40;
/** Of an authorised payment, in minutes: from 12 to 30 days. */
const expiry = z.int().min(12).max(43_200);

export const notesField = z
  .record(z.string().max(256), z.string().max(512))
  .refine((notes) => Object.keys(notes).length <= MAX_NOTES, `at most ${MAX_NOTES} notes`);

/** https://razorpay.com/docs/api/orders/create/ and https://razorpay.com/docs/payments/payments/capture-settings/api/ */
export const orderBody = z.strictObject({
  amount: z.int('The amount must be an integer.').min(100, 'The amount must be at least INR 1.00'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'The currency is not supported'),
  receipt: z.string().max(MAX_RECEIPT).optional(),
  notes: notesField.optional(),
  payment: z
    .strictObject({
      capture: z.enum(['automatic', 'manual']),
      capture_options: z
        .strictObject({
          automatic_expiry_period: expiry.optional(),
          manual_expiry_period: expiry.optional(),
          refund_speed: z.enum(['normal', 'optimum']),
        })
        .optional(),
    })
    .optional(),
});

/** Currencies with three decimals have to end in a zero, as card schemes ask. */
const THREE_DECIMALS = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);
const DEFAULT_CAPTURE_MINUTES = 3 * 24 * 60;

/** What somebody wants to be paid. Nobody can be kept from paying an order: it has no end but `paid`. */
export class Orders {
  constructor(private readonly store: Store) {}

  /** A receipt that was used before makes another order. Errors: 400. */
  create(input: z.output<typeof orderBody>): Order {
    const { amount, currency, receipt = null, notes, payment } = input;
    if (THREE_DECIMALS.has(currency) && amount % 10 !== 0) {
      throw badRequest('The last decimal of an amount in this currency has to be 0', 'amount');
    }
    const order: Order = {
      id: razorpayId('order'),
      entity: 'order',
      amount,
      amount_paid: 0,
      amount_due: amount,
      currency,
      receipt,
      offer_id: null,
      status: 'created',
      attempts: 0,
      notes: notesOrNone(notes),
      created_at: unixNow(),
    };
    this.store.tables.order.set(order.id, order);
    if (payment?.capture !== 'manual') {
      const minutes = payment?.capture_options?.automatic_expiry_period ?? DEFAULT_CAPTURE_MINUTES;
      this.store.tables.capture.set(order.id, minutes);
    }
    this.store.touch();
    return order;
  }
}

export function notesOrNone(notes: Notes | undefined): Notes | [] {
  return notes === undefined || Object.keys(notes).length === 0 ? [] : notes;
}
