import type Stripe from 'stripe';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { stripeId } from './ids.ts';
import type { Store } from './store.ts';

/** What an entry is called in Stripe's own reports, where it is not the type. */
const CATEGORY: Readonly<Record<string, string>> = {
  adjustment: 'dispute',
  transfer_refund: 'transfer_reversal',
};

/**
 * What the platform has at Stripe. Money is there as soon as it is paid, as with Stripe's test card
 * 4000 0000 0000 0077; from other cards Stripe lets it wait for days, https://docs.stripe.com/payouts#standard-payout-timing
 */
export class Balance {
  constructor(private readonly store: Store) {}

  /** Adds an entry; `amount` is negative when money leaves. */
  book(entry: {
    amount: number;
    fee: number;
    currency: string;
    description: string | null;
    source: string;
    type: 'charge' | 'refund' | 'refund_failure' | 'adjustment' | 'transfer' | 'transfer_refund';
  }): Stripe.BalanceTransaction {
    const now = unixNow();
    const { fee, currency } = entry;
    const fees = {
      amount: fee,
      application: null,
      currency,
      description: 'Processing fee',
      type: 'stripe_fee',
    };
    const booked: Stripe.BalanceTransaction = {
      id: stripeId('txn'),
      object: 'balance_transaction',
      ...entry,
      available_on: now,
      balance_type: 'payments',
      created: now,
      exchange_rate: null,
      fee_details: fee === 0 ? [] : [fees],
      net: entry.amount - fee,
      reporting_category: CATEGORY[entry.type] ?? entry.type,
      status: 'available',
    };
    this.store.tables.balance_transaction.set(booked.id, booked);
    return booked;
  }

  /** In minor units; below zero when refunds, disputes and fees took more than came in. */
  of(currency: string): number {
    return this.sums().get(currency) ?? 0;
  }

  /** https://docs.stripe.com/api/balance/balance_object */
  show(): Stripe.Balance {
    const available = [...this.sums()].map(([currency, amount]) => ({
      amount,
      currency,
      source_types: { card: amount },
    }));
    const pending = available.map(({ currency }) => ({ amount: 0, currency, source_types: { card: 0 } }));
    return { object: 'balance', available, livemode: false, pending };
  }

  private sums(): Map<string, number> {
    const sums = new Map<string, number>();
    for (const { currency, net } of this.store.tables.balance_transaction.values()) {
      sums.set(currency, (sums.get(currency) ?? 0) + net);
    }
    return sums;
  }
}
