import type Stripe from 'stripe';
import { WebhookControl, type WebhookParts } from '../payment-sandbox/webhook-control.ts';
import type { Accounts } from './accounts.ts';
import type { CheckoutSessions } from './checkout-sessions.ts';
import type { Disputes } from './disputes.ts';
import { invalidRequest } from './errors.ts';
import { NO_REQUEST } from './events.ts';
import type { Intents } from './intents.ts';
import type { Refunds } from './refunds.ts';
import type { Store } from './store.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Transfers } from './transfers.ts';

/** What is made to happen to each kind of thing. */
interface Lives {
  readonly intents: Intents;
  readonly refunds: Refunds;
  readonly disputes: Disputes;
  readonly accounts: Accounts;
  readonly transfers: Transfers;
  readonly checkouts: CheckoutSessions;
  readonly subscriptions: Subscriptions;
}

/** What a test or a person does to the sandbox from outside; `/_sandbox/` offers the same over HTTP. */
export class SandboxControl extends WebhookControl<Stripe.Event> {
  constructor(
    parts: WebhookParts<Stripe.Event>,
    private readonly store: Store,
    private readonly lives: Lives,
  ) {
    super(parts);
  }

  /** Every intent, oldest first. */
  intents(): Stripe.PaymentIntent[] {
    return [...this.store.tables.payment_intent.values()];
  }

  /** Every connected account, oldest first. */
  accounts(): Stripe.Account[] {
    return [...this.store.tables.account.values()];
  }

  /** Every refund, oldest first. */
  refunds(): Stripe.Refund[] {
    return [...this.store.tables.refund.values()];
  }

  /** Every dispute, oldest first. */
  disputes(): Stripe.Dispute[] {
    return [...this.store.tables.dispute.values()];
  }

  /** Everything that moved the balance, oldest first. */
  balanceTransactions(): Stripe.BalanceTransaction[] {
    return [...this.store.tables.balance_transaction.values()];
  }

  /** Every transfer, oldest first. */
  transfers(): Stripe.Transfer[] {
    return [...this.store.tables.transfer.values()];
  }

  /** Every page to subscribe on, oldest first. */
  checkouts(): Stripe.Checkout.Session[] {
    return [...this.store.tables['checkout.session'].values()];
  }

  /** Every subscription, oldest first. */
  subscriptions(): Stripe.Subscription[] {
    return [...this.store.tables.subscription.values()];
  }

  /** Pays as a person would. Errors: 404; 400 in the wrong state; 402 when the card is declined. */
  pay(intentId: string, paymentMethod = 'pm_card_visa'): Stripe.PaymentIntent {
    return this.lives.intents.confirm(intentId, { payment_method: paymentMethod }, NO_REQUEST);
  }

  /** Passes or fails the bank's check of an intent that asks for it. Errors: 404; 400; 402. */
  authenticate(intentId: string, passed: boolean): Stripe.PaymentIntent {
    return this.lives.intents.authenticate(intentId, passed, NO_REQUEST);
  }

  /** A processing payment arrives or fails. Errors: 404; 400. */
  settleIntent(intentId: string, outcome: 'succeeded' | 'failed'): Stripe.PaymentIntent {
    return this.lives.intents.settle(intentId, outcome, NO_REQUEST);
  }

  /** A refund made in Stripe's dashboard, which the API hears of only by webhook. Errors: as the API's. */
  refund(intentId: string, amount?: number): Stripe.Refund {
    return this.lives.refunds.create({ payment_intent: intentId, amount }, NO_REQUEST);
  }

  /** Errors: 404; 400 when the refund is at its end. */
  settleRefund(refundId: string, status: 'succeeded' | 'failed'): Stripe.Refund {
    return this.lives.refunds.settle(refundId, status, NO_REQUEST);
  }

  /**
   * The patient's bank disputes the payment, or `amount` of it, or asks about it. Errors: 404; 400 when
   * nothing was paid or nothing is left.
   */
  dispute(
    intentId: string,
    how: { reason?: string | undefined; amount?: number | undefined; isInquiry?: boolean | undefined } = {},
  ): Stripe.Dispute {
    const { latest_charge: charge } = this.store.get('payment_intent', intentId);
    if (typeof charge !== 'string') throw invalidRequest(`Nothing was paid on ${intentId}.`);
    return this.lives.disputes.open(charge, { ...how, reason: how.reason ?? 'fraudulent' });
  }

  /** Evidence was sent in Stripe's dashboard. Errors: 404; 400 when it was answered already. */
  answerDispute(disputeId: string): Stripe.Dispute {
    return this.lives.disputes.answer(disputeId);
  }

  /** Errors: 404; 400 when it is decided already. */
  closeDispute(disputeId: string, status: 'won' | 'lost'): Stripe.Dispute {
    return this.lives.disputes.close(disputeId, status);
  }

  /** The person behind an account has told Stripe everything. Errors: 404. */
  completeOnboarding(accountId: string): Stripe.Account {
    return this.lives.accounts.complete(accountId);
  }

  /** Stripe stops money from going to an account until it knows more. Errors: 404. */
  restrictAccount(accountId: string): Stripe.Account {
    return this.lives.accounts.restrict(accountId);
  }

  /** A transfer taken back in Stripe's dashboard. Errors: 404; 400 when that is more than is left. */
  reverseTransfer(transferId: string, amount?: number): Stripe.TransferReversal {
    return this.lives.transfers.reverse(transferId, { amount }, NO_REQUEST);
  }

  /** Subscribes as a person would. Errors: 404; 400 when the page is not open; 402 when the card is declined. */
  payCheckout(sessionId: string, paymentMethod?: string): Stripe.Checkout.Session {
    return this.lives.checkouts.pay(sessionId, paymentMethod);
  }

  /** A month passes for a subscription: it is charged for the next one, or ends. Errors: 404; 400 when it has ended. */
  advance(subscriptionId: string): Stripe.Subscription {
    return this.lives.subscriptions.advance(subscriptionId);
  }

  /** What is owed is tried again, with another card if one is named. Errors: 404; 400 when nothing is owed. */
  retryCharge(subscriptionId: string, paymentMethod?: string): Stripe.Subscription {
    return this.lives.subscriptions.retry(subscriptionId, paymentMethod);
  }

  /** The card of the next charges. Errors: 404; 400 when it has ended. */
  useCard(subscriptionId: string, paymentMethod: string): Stripe.Subscription {
    return this.lives.subscriptions.useCard(subscriptionId, paymentMethod);
  }

  /** Stripe tries no more to charge. Errors: 404; 400 when it has ended. */
  giveUpCharging(subscriptionId: string): Stripe.Subscription {
    return this.lives.subscriptions.giveUp(subscriptionId);
  }

  /** Cancelled in Stripe's dashboard: now, or with the end of the month. Errors: 404; 400 when it has ended. */
  cancelSubscription(subscriptionId: string, when: 'now' | 'period_end'): Stripe.Subscription {
    const { subscriptions } = this.lives;
    return when === 'now'
      ? subscriptions.cancel(subscriptionId, NO_REQUEST)
      : subscriptions.cancelAtPeriodEnd(subscriptionId, true);
  }
}
