import type Stripe from 'stripe';
import type { z } from 'zod';
import type { Faults } from '../payment-sandbox/faults.ts';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { checkAmount } from './amounts.ts';
import type { Charges } from './charges.ts';
import { invalidRequest, StripeApiError } from './errors.ts';
import type { Cause, EventLog } from './events.ts';
import { clientSecret, stripeId } from './ids.ts';
import type { confirmForm, createIntentForm } from './intents.forms.ts';
import { newMethodOf } from './payment-methods.ts';
import type { Store } from './store.ts';
import { type CardBehaviour, type Decline, declineOf, testCard } from './test-cards.ts';

type Status = Stripe.PaymentIntent['status'];
const CONFIRMABLE: readonly Status[] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
];

/** The life of a PaymentIntent with automatic capture, https://docs.stripe.com/payments/paymentintents/lifecycle */
export class Intents {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    private readonly charges: Charges,
    private readonly faults: Faults,
    /** Where a person pays an intent or authenticates. */
    private readonly payPage: (intent: Stripe.PaymentIntent, returnUrl?: string) => string,
  ) {}

  /** Errors: an amount or payment method that Stripe would refuse; with `confirm`, those of `confirm`. */
  create(input: z.output<typeof createIntentForm>, cause: Cause): Stripe.PaymentIntent {
    const currency = input.currency.toLowerCase();
    checkAmount(input.amount, currency);
    if (input.return_url !== undefined && !input.confirm) {
      throw invalidRequest('A return_url needs confirm=true.', { param: 'return_url' });
    }
    const id = stripeId('pi');
    const intent: Stripe.PaymentIntent = {
      id,
      object: 'payment_intent',
      allowed_payment_method_types: null,
      amount: input.amount,
      amount_capturable: 0,
      amount_received: 0,
      application: null,
      application_fee_amount: null,
      automatic_payment_methods:
        input.payment_method_types === undefined
          ? { allow_redirects: 'always', enabled: true, ...input.automatic_payment_methods }
          : null,
      canceled_at: null,
      cancellation_reason: null,
      capture_method: input.capture_method,
      client_secret: clientSecret(id),
      confirmation_method: 'automatic',
      created: unixNow(),
      currency,
      customer: null,
      customer_account: null,
      description: input.description ?? null,
      excluded_payment_method_types: null,
      last_payment_error: null,
      latest_charge: null,
      livemode: false,
      managed_payments: { enabled: false },
      metadata: input.metadata ?? {},
      next_action: null,
      on_behalf_of: null,
      payment_method: null,
      payment_method_configuration_details: null,
      payment_method_options: {
        card: {
          installments: null,
          mandate_options: null,
          network: null,
          request_three_d_secure: 'automatic',
        },
      },
      payment_method_types: ['card'],
      payment_record: null,
      processing: null,
      receipt_email: input.receipt_email ?? null,
      review: null,
      setup_future_usage: null,
      shipping: null,
      source: null,
      statement_descriptor: null,
      statement_descriptor_suffix: input.statement_descriptor_suffix ?? null,
      status: 'requires_payment_method',
      transfer_data: null,
      transfer_group: input.transfer_group ?? null,
    };
    if (input.payment_method !== undefined) this.attach(intent, input.payment_method);
    this.store.tables.payment_intent.set(id, intent);
    this.log.record('payment_intent.created', intent, cause);
    return input.confirm ? this.confirm(id, { return_url: input.return_url }, cause) : intent;
  }

  /** Errors: 404; 400 payment_intent_unexpected_state; 402 with the decline, which the intent keeps. */
  confirm(id: string, input: z.output<typeof confirmForm>, cause: Cause): Stripe.PaymentIntent {
    const intent = this.store.get('payment_intent', id, 'intent');
    this.checkSecret(intent, input.client_secret);
    this.checkStatus(intent, 'confirm', CONFIRMABLE);
    if (input.payment_method !== undefined) this.attach(intent, input.payment_method);
    if (input.receipt_email !== undefined) intent.receipt_email = input.receipt_email;
    if (intent.payment_method === null) {
      throw this.unexpectedState(
        intent,
        'This PaymentIntent needs a payment method before it can be confirmed.',
      );
    }
    intent.last_payment_error = null;
    const behaviour = this.behaviourOf(intent);
    switch (behaviour.does) {
      case 'succeed':
        return this.succeed(intent, cause);
      case 'decline':
        throw this.decline(intent, behaviour.decline, cause);
      case 'process':
        return this.move(
          intent,
          { status: 'processing', next_action: null },
          'payment_intent.processing',
          cause,
        );
      case 'ask':
        return this.ask(intent, input.return_url, cause);
    }
  }

  /** Errors: 404; 400 payment_intent_unexpected_state once it is paid, under way or canceled. */
  cancel(
    id: string,
    reason: Stripe.PaymentIntent['cancellation_reason'],
    cause: Cause,
  ): Stripe.PaymentIntent {
    const intent = this.store.get('payment_intent', id, 'intent');
    this.checkStatus(intent, 'cancel', CONFIRMABLE);
    const changes = {
      status: 'canceled',
      canceled_at: unixNow(),
      cancellation_reason: reason,
      next_action: null,
    } as const;
    return this.move(intent, changes, 'payment_intent.canceled', cause);
  }

  /** The person passes or fails the bank's check. Errors: 404; 400 when none is asked for; 402 on a decline. */
  authenticate(id: string, passed: boolean, cause: Cause): Stripe.PaymentIntent {
    const intent = this.store.get('payment_intent', id, 'intent');
    this.checkStatus(intent, 'authenticate', ['requires_action']);
    const behaviour = this.behaviourOf(intent);
    if (passed && behaviour.does === 'ask' && behaviour.thenDecline !== undefined) {
      throw this.decline(intent, behaviour.thenDecline, cause);
    }
    if (passed) return this.succeed(intent, cause);
    const error: Stripe.PaymentIntent.LastPaymentError = {
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
      message: 'The bank could not authenticate the payment. Choose another payment method.',
      payment_method: this.methodOf(intent),
    };
    return this.giveUp(intent, error, cause);
  }

  /** A payment that is processing arrives, or does not. Errors: 404; 400 when it is not processing. */
  settle(id: string, outcome: 'succeeded' | 'failed', cause: Cause): Stripe.PaymentIntent {
    const intent = this.store.get('payment_intent', id, 'intent');
    this.checkStatus(intent, 'settle', ['processing']);
    if (outcome === 'succeeded') return this.succeed(intent, cause);
    this.decline(intent, declineOf('generic_decline'), cause);
    return intent;
  }

  /** Errors: 400 when a secret is given and is not this intent's. */
  checkSecret(intent: Stripe.PaymentIntent, secret: string | undefined): void {
    if (secret === undefined || secret === intent.client_secret) return;
    throw invalidRequest('The client_secret is not that of this PaymentIntent.', {
      code: 'payment_intent_invalid_parameter',
      param: 'client_secret',
    });
  }

  private succeed(intent: Stripe.PaymentIntent, cause: Cause): Stripe.PaymentIntent {
    const charge = this.charges.succeed(intent, this.methodOf(intent), cause);
    const changes = {
      status: 'succeeded',
      amount_received: intent.amount,
      latest_charge: charge.id,
      next_action: null,
    } as const;
    this.move(intent, changes, 'payment_intent.succeeded', cause);
    this.charges.settle(charge);
    return intent;
  }

  /** Refuses the payment and returns the error that says so. */
  private decline(intent: Stripe.PaymentIntent, why: Decline, cause: Cause): StripeApiError {
    const method = this.methodOf(intent);
    const charge = this.charges.fail(intent, method, why, cause);
    intent.latest_charge = charge.id;
    const error = {
      type: 'card_error',
      code: why.code,
      decline_code: why.declineCode,
      message: why.message,
      charge: charge.id,
      payment_method: method,
    } as const;
    this.giveUp(intent, error, cause);
    return new StripeApiError(402, { ...error, payment_intent: structuredClone(intent) });
  }

  private giveUp(
    intent: Stripe.PaymentIntent,
    error: Stripe.PaymentIntent.LastPaymentError,
    cause: Cause,
  ): Stripe.PaymentIntent {
    const changes = {
      status: 'requires_payment_method',
      last_payment_error: error,
      next_action: null,
      payment_method: null,
    } as const;
    return this.move(intent, changes, 'payment_intent.payment_failed', cause);
  }

  private ask(
    intent: Stripe.PaymentIntent,
    returnUrl: string | undefined,
    cause: Cause,
  ): Stripe.PaymentIntent {
    const url = this.payPage(intent, returnUrl);
    const action: Stripe.PaymentIntent.NextAction = {
      type: 'redirect_to_url',
      redirect_to_url: { url, return_url: returnUrl ?? null },
    };
    const changes = { status: 'requires_action', next_action: action } as const;
    return this.move(intent, changes, 'payment_intent.requires_action', cause);
  }

  private move(
    intent: Stripe.PaymentIntent,
    changes: Partial<Stripe.PaymentIntent>,
    type: Stripe.Event['type'],
    cause: Cause,
  ): Stripe.PaymentIntent {
    Object.assign(intent, changes);
    this.log.record(type, intent, cause);
    return intent;
  }

  private attach(intent: Stripe.PaymentIntent, testId: string): void {
    intent.payment_method = newMethodOf(this.store, testId);
    if (intent.status === 'requires_payment_method') intent.status = 'requires_confirmation';
  }

  private behaviourOf(intent: Stripe.PaymentIntent): CardBehaviour {
    const testId = this.store.tables.test_card.get(intent.payment_method as string) as string;
    const behaviour = testCard(testId)?.behaviour ?? { does: 'succeed' };
    if (behaviour.does !== 'succeed') return behaviour;
    const declineCode = this.faults.takeDecline('generic_decline');
    return declineCode === undefined ? behaviour : { does: 'decline', decline: declineOf(declineCode) };
  }

  private methodOf(intent: Stripe.PaymentIntent): Stripe.PaymentMethod {
    return this.store.get('payment_method', intent.payment_method as string);
  }

  private checkStatus(intent: Stripe.PaymentIntent, verb: string, allowed: readonly Status[]): void {
    if (allowed.includes(intent.status)) return;
    throw this.unexpectedState(
      intent,
      `You cannot ${verb} this PaymentIntent because its status is ${intent.status}, not one of: ${allowed.join(', ')}.`,
    );
  }

  private unexpectedState(intent: Stripe.PaymentIntent, message: string): StripeApiError {
    return invalidRequest(message, {
      code: 'payment_intent_unexpected_state',
      payment_intent: structuredClone(intent),
    });
  }
}
