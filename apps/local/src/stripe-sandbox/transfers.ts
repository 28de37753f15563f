import type Stripe from 'stripe';
import { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import type { Accounts } from './accounts.ts';
import { checkStep, formatAmount } from './amounts.ts';
import type { Balance } from './balance.ts';
import { invalidRequest } from './errors.ts';
import type { Cause, EventLog } from './events.ts';
import { integer, metadata, text } from './form.ts';
import { stripeId } from './ids.ts';
import type { Store } from './store.ts';

export const transferForm = z.strictObject({
  amount: integer,
  currency: text.toLowerCase(),
  description: text.optional(),
  destination: text,
  metadata: metadata.optional(),
  transfer_group: text.optional(),
});

export const reversalForm = z.strictObject({
  amount: integer.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
});

/** Money that goes from the platform to an account, https://docs.stripe.com/connect/separate-charges-and-transfers */
export class Transfers {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly accounts: Accounts,
    private readonly balance: Balance,
  ) {}

  /** Errors: 400 resource_missing, insufficient_capabilities_for_transfer, balance_insufficient. */
  create(input: z.output<typeof transferForm>, cause: Cause): Stripe.Transfer {
    const { amount, currency } = input;
    checkPositive(amount);
    checkStep(amount, currency);
    const account = this.accounts.payable(input.destination);
    if (amount > this.balance.of(currency)) {
      throw invalidRequest('You have insufficient available funds in your Stripe account.', {
        code: 'balance_insufficient',
      });
    }
    const id = stripeId('tr');
    const transfer: Stripe.Transfer = {
      id,
      object: 'transfer',
      amount,
      amount_reversed: 0,
      balance_transaction: this.book(id, -amount, currency, 'transfer'),
      created: unixNow(),
      currency,
      description: input.description ?? null,
      destination: account.id,
      destination_payment: stripeId('py'),
      livemode: false,
      metadata: input.metadata ?? {},
      reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
      reversed: false,
      source_transaction: null,
      source_type: 'card',
      transfer_group: input.transfer_group ?? null,
    };
    this.store.tables.transfer.set(id, transfer);
    this.log.record('transfer.created', transfer, cause);
    return transfer;
  }

  /** Takes money back from the account. Errors: 404; 400 when that is more than is left. */
  reverse(id: string, input: z.output<typeof reversalForm>, cause: Cause): Stripe.TransferReversal {
    const transfer = this.store.get('transfer', id);
    const left = transfer.amount - transfer.amount_reversed;
    const amount = input.amount ?? left;
    checkPositive(amount);
    if (amount > left) {
      const rest = formatAmount(left, transfer.currency);
      throw invalidRequest(`Only ${rest} of the transfer is left to reverse.`, { param: 'amount' });
    }
    const before = structuredClone(transfer);
    const reversalId = stripeId('trr');
    const reversal: Stripe.TransferReversal = {
      id: reversalId,
      object: 'transfer_reversal',
      amount,
      balance_transaction: this.book(reversalId, amount, transfer.currency, 'transfer_refund'),
      created: unixNow(),
      currency: transfer.currency,
      destination_payment_refund: stripeId('pyr'),
      metadata: input.metadata ?? {},
      source_refund: null,
      transfer: id,
    };
    transfer.reversals.data.unshift(reversal);
    transfer.amount_reversed += amount;
    transfer.reversed = transfer.amount_reversed === transfer.amount;
    this.log.record('transfer.reversed', transfer, cause, before);
    return reversal;
  }

  private book(
    source: string,
    amount: number,
    currency: string,
    type: 'transfer' | 'transfer_refund',
  ): string {
    return this.balance.book({ amount, fee: 0, currency, description: null, source, type }).id;
  }
}

function checkPositive(amount: number): void {
  if (amount >= 1) return;
  throw invalidRequest('An amount is a positive number of minor units.', {
    code: 'parameter_invalid_integer',
    param: 'amount',
  });
}
