import { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { badRequest, RazorpayApiError } from './errors.ts';
import { ACCOUNT, type EventLog } from './events.ts';
import type { LinkedAccounts } from './linked-accounts.ts';
import { notesField, notesOrNone } from './orders.ts';
import type { Reversal, Transfer } from './route-entities.ts';
import { razorpayId, type Store } from './store.ts';

/** https://razorpay.com/docs/api/payments/route/direct-transfers/ */
export const transferBody = z.strictObject({
  account: z.string().min(1),
  amount: z.int().min(100, 'The amount must be at least INR 1.00'),
  currency: z.literal('INR', 'Currency is not supported for transfers'),
  notes: notesField.optional(),
});
type TransferInput = z.output<typeof transferBody>;

const KEY = /^[A-Za-z0-9_\- ]{4,36}$/;
/** About what Route takes, in hundredths of a percent, with its tax. */
const FEE_PER_TEN_THOUSAND = 25;

/** Money that goes from the platform's balance to linked accounts. */
export class Transfers {
  /** New transfers stay `pending` until `settle`. */
  slow = false;

  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly accounts: LinkedAccounts,
  ) {}

  /**
   * @param key `X-Transfer-Idempotency`: the same with the same body gives the transfer again
   * Errors: 400 when money cannot go there, there is not enough, or the key came with another body.
   */
  create(input: TransferInput, key?: string): Transfer {
    if (key === undefined) return this.make(input);
    if (!KEY.test(key))
      throw badRequest('The idempotency key has to have 4 to 36 letters, digits, -, _ or spaces');
    const request = JSON.stringify(input);
    const known = this.store.tables.transfer_key.get(key);
    if (known && known.request !== request) {
      throw badRequest('Different request body for the same idempotency key');
    }
    if (known) return this.store.transfer(known.transferId);
    const transfer = this.make(input);
    this.store.tables.transfer_key.set(key, { request, transferId: transfer.id });
    return transfer;
  }

  /** Errors: 400 when it is not pending. */
  settle(id: string, status: 'processed' | 'failed'): Transfer {
    const transfer = this.store.transfer(id);
    if (transfer.status !== 'pending') throw badRequest(`The transfer is ${transfer.status}`);
    return this.end(transfer, status);
  }

  /** Taken back in Razorpay's dashboard, of which it sends no webhook. Errors: 400 when that is more than is left. */
  reverse(id: string, part?: number): Reversal {
    const transfer = this.store.transfer(id);
    const left = transfer.status === 'failed' ? 0 : transfer.amount - transfer.amount_reversed;
    const amount = part ?? left;
    if (amount < 1 || amount > left)
      throw badRequest('The amount is more than is left to be reversed', 'amount');
    transfer.amount_reversed += amount;
    transfer.status = amount === left ? 'reversed' : 'partially_reversed';
    const reversal: Reversal = {
      id: razorpayId('rvrsl'),
      entity: 'reversal',
      transfer_id: id,
      amount,
      fee: 0,
      tax: 0,
      currency: transfer.currency,
      notes: [],
      initiator_id: ACCOUNT,
      customer_refund_id: null,
      created_at: unixNow(),
    };
    this.store.tables.reversal.set(reversal.id, reversal);
    this.store.touch();
    return reversal;
  }

  private make({ account, amount, currency, notes }: TransferInput): Transfer {
    const { id: recipient } = this.accounts.payable(account);
    const fees = Math.ceil((amount * FEE_PER_TEN_THOUSAND) / 10_000);
    if (amount + fees > this.balance()) {
      throw new RazorpayApiError(400, 'Transfer failed due to insufficient balance', {
        reason: 'insufficient_balance',
      });
    }
    const now = unixNow();
    const transfer: Transfer = {
      id: razorpayId('trf'),
      entity: 'transfer',
      status: 'pending',
      settlement_status: null,
      source: ACCOUNT,
      recipient,
      amount,
      currency,
      amount_reversed: 0,
      fees,
      tax: 0,
      notes: notesOrNone(notes),
      linked_account_notes: [],
      on_hold: false,
      on_hold_until: null,
      recipient_settlement_id: null,
      created_at: now,
      processed_at: null,
      error: { ...NO_ERROR },
    };
    transfer.error.id = transfer.id;
    this.store.tables.transfer.set(transfer.id, transfer);
    this.store.touch();
    return this.slow ? transfer : this.end(transfer, 'processed');
  }

  private end(transfer: Transfer, status: 'processed' | 'failed'): Transfer {
    transfer.status = status;
    if (status === 'processed') {
      Object.assign(transfer, { settlement_status: 'pending', processed_at: unixNow() });
    } else {
      transfer.fees = 0;
      Object.assign(transfer.error, FAILURE);
    }
    this.store.touch();
    this.log.record(`transfer.${status}`, { transfer });
    return transfer;
  }

  /** What the platform has at Razorpay, in paise. */
  private balance(): number {
    const { payment, refund, dispute, transfer, reversal } = this.store.tables;
    const sum = <T>(rows: Map<string, T>, of: (row: T) => number) =>
      [...rows.values()].reduce((total, row) => total + of(row), 0);
    /** Of a part of a payment, in paise. */
    const paise = (paymentId: string, amount: number) => {
      const { base_amount: base, amount: whole } = this.store.payment(paymentId);
      return Math.round((amount * base) / whole);
    };
    return (
      sum(payment, (one) => (one.captured ? one.base_amount - (one.fee ?? 0) : 0)) -
      sum(refund, (one) => {
        const isOurs = this.store.payment(one.payment_id).captured && one.status !== 'failed';
        return isOurs ? paise(one.payment_id, one.amount) : 0;
      }) -
      sum(dispute, (one) => paise(one.payment_id, one.amount_deducted)) -
      sum(transfer, (one) => (one.status === 'failed' ? 0 : one.amount + one.fees)) +
      sum(reversal, (one) => one.amount)
    );
  }
}

const NO_ERROR = {
  code: null,
  description: null,
  reason: null,
  field: null,
  step: null,
  id: null,
  source: null,
  metadata: null,
};

const FAILURE = {
  code: 'BAD_REQUEST_ERROR',
  description: 'The transfer could not be processed',
  reason: 'beneficiary_account_invalid',
  step: 'transfer_processing',
  source: 'transfer',
};
