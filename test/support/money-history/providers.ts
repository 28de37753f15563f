import type { RazorpaySandbox } from '../../../apps/local/src/razorpay-sandbox/index.ts';
import type { StripeSandbox } from '../../../apps/local/src/stripe-sandbox/index.ts';
import type { WayToPay } from './steps.ts';

/** A refund as a provider has it. */
interface RefundThere {
  readonly id: string;
  readonly status: string;
}

/** What people and banks do at a provider, and what there is to be found. `reference` is its id of a payment of ours. */
export interface ProviderSide {
  readonly name: string;
  readonly control: StripeSandbox['control'] | RazorpaySandbox['control'];
  pay(reference: string, way: WayToPay): void;
  /** The bank says at last what became of payments, or of the one: also that one which seemed to fail did not. */
  bankSpeaks(reference: string, paid: boolean): void;
  refund(reference: string, amount?: number): void;
  refunds(): readonly RefundThere[];
  settleRefund(id: string, succeeded: boolean): void;
  /** What there is of a payment: what came, less what went back and was taken. */
  held(reference: string): number;
  /** All that came and went, in each currency. */
  moved(): ReadonlyMap<string, number>;
}

/** What a provider refuses, it refuses to a person in its dashboard as well. */
export function tried(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error) || !('status' in error)) throw error;
  }
}

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

const CARDS: Readonly<Partial<Record<WayToPay, string>>> = {
  declined: 'pm_card_chargeDeclined',
  slow: 'pm_sandbox_processing',
  slowRefunds: 'pm_card_pendingRefund',
};
/** What is given back at once, where it is; every currency can be moved in steps of it. */
const REGRETTED = 500;

export function stripeSide({ control }: StripeSandbox): ProviderSide {
  return {
    name: 'stripe',
    control,
    pay(reference, way) {
      if (way === 'nobody') return;
      tried(() => control.pay(reference, CARDS[way]));
      if (way === 'regretted') tried(() => control.refund(reference, REGRETTED));
      if (way === 'stolen') tried(() => control.dispute(reference));
    },
    bankSpeaks(reference, paid) {
      tried(() => control.settleIntent(reference, paid ? 'succeeded' : 'failed'));
    },
    refund: (reference, amount) => tried(() => control.refund(reference, amount)),
    refunds: () => control.refunds().map(({ id, status }) => ({ id, status: status ?? '' })),
    settleRefund(id, succeeded) {
      tried(() => control.settleRefund(id, succeeded ? 'succeeded' : 'failed'));
    },
    held(reference) {
      const came = control.intents().find(({ id }) => id === reference)?.amount_received ?? 0;
      const back = control
        .refunds()
        .filter(({ payment_intent, status }) => payment_intent === reference && status === 'succeeded');
      const taken = control
        .disputes()
        .filter(({ payment_intent }) => payment_intent === reference)
        .flatMap(({ balance_transactions }) => balance_transactions);
      return came - sum(back.map(({ amount }) => amount)) + sum(taken.map(({ amount }) => amount));
    },
    moved() {
      const all = new Map<string, number>();
      for (const { amount, currency: code } of control.balanceTransactions()) {
        const currency = code.toUpperCase();
        all.set(currency, (all.get(currency) ?? 0) + amount);
      }
      return all;
    },
  };
}

export function razorpaySide({ control }: RazorpaySandbox): ProviderSide {
  const attemptsOf = (reference: string) =>
    control.payments().filter(({ order_id }) => order_id === reference);
  const back = (paymentId: string) =>
    sum(
      control
        .allRefunds()
        .filter(({ payment_id, status }) => payment_id === paymentId && status === 'processed')
        .map(({ amount }) => amount),
    );
  const left = (payments: ReturnType<typeof attemptsOf>) =>
    sum(payments.filter(({ captured }) => captured).map(({ id, amount }) => amount - back(id)));
  return {
    name: 'razorpay',
    control,
    pay(reference, way) {
      if (way === 'nobody') return;
      control.slowRefunds(way === 'slowRefunds');
      const attempt = way === 'slow' ? 'pending' : way === 'declined' ? 'declined' : 'paid';
      tried(() => control.pay(reference, attempt));
      if (way === 'regretted') this.refund(reference, REGRETTED);
    },
    bankSpeaks(reference, paid) {
      const attempts = attemptsOf(reference);
      const pending = attempts.filter(({ status }) => status === 'created');
      const last = pending.at(-1) ?? attempts.findLast(({ status }) => status === 'failed');
      for (const one of pending) if (one !== last) tried(() => control.settlePayment(one.id, 'failed'));
      if (last) tried(() => control.settlePayment(last.id, paid ? 'authorized' : 'failed'));
    },
    refund(reference, amount) {
      const taken = attemptsOf(reference).find(({ captured }) => captured);
      if (taken) tried(() => control.refund(taken.id, amount));
    },
    refunds: () => control.allRefunds(),
    settleRefund(id, succeeded) {
      tried(() => control.settleRefund(id, succeeded ? 'processed' : 'failed'));
    },
    held: (reference) => left(attemptsOf(reference)),
    moved() {
      const all = new Map<string, number>();
      for (const payment of control.payments()) {
        all.set(payment.currency, (all.get(payment.currency) ?? 0) + left([payment]));
      }
      return all;
    },
  };
}
