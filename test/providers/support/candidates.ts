import { type Money, money, SystemClock } from '#kernel';
import { type Config, loadConfig, Metrics } from '#platform';
import { startRazorpaySandbox } from '../../../apps/local/src/razorpay-sandbox/index.ts';
import { startStripeSandbox } from '../../../apps/local/src/stripe-sandbox/index.ts';
import type {
  PaymentProvider,
  WebhookHeaders,
} from '../../../libs/payments/src/providers/payment-provider.ts';
import { RazorpayClient } from '../../../libs/payments/src/providers/razorpay/razorpay.client.ts';
import { RazorpayProvider } from '../../../libs/payments/src/providers/razorpay/razorpay.provider.ts';
import { StripeClient } from '../../../libs/payments/src/providers/stripe/stripe.client.ts';
import { StripeProvider } from '../../../libs/payments/src/providers/stripe/stripe.provider.ts';
import { temporarySigningKey } from './signing-key.ts';

/** A webhook as the provider sends it. */
export interface Sent {
  readonly body: string;
  readonly headers: WebhookHeaders;
}

/** A production adapter, and what people do at the provider behind it. */
export interface Candidate {
  readonly provider: PaymentProvider;
  /** The same adapter, while its webhook secret is being changed from the sandbox's to another. */
  readonly rotating: PaymentProvider;
  /** The same adapter, long after. */
  readonly rotated: PaymentProvider;
  pay(reference: string): void;
  decline(reference: string): void;
  refundInDashboard(reference: string, amount: number): void;
  /** The bank sends a refund back. */
  failRefund(refundReference: string): void;
  /** What the provider kept of a payment that was made. */
  feeOf(reference: string): Money;
  /** The bank takes a part of a payment that was made. @returns the provider's id of the dispute */
  dispute(reference: string, amount: number): string;
  answerDispute(disputeReference: string): void;
  decideDispute(disputeReference: string, outcome: 'won' | 'lost'): void;
  /** When a payment was made, in seconds since 1970. */
  madeAt(reference: string): number;
  /** Has a payment made a day earlier than it was; of those paid, the attempt to pay it, too. */
  age(reference: string): void;
  /** The events so far that are about a payment or its refunds, oldest first. */
  told(reference: string): readonly { readonly type: string; readonly sent: Sent }[];
  /** What there is at the provider for one payment of ours. */
  made(ids: { paymentId: string }): readonly Money[];
  /** How many refunds there are. */
  refundsOf(reference: string): number;
  loseAnswers(): void;
  heal(): void;
  /** The header that proves where a webhook comes from. */
  readonly signatureHeader: string;
  close(): Promise<void>;
}

const A_DAY = 86_400;
export const SECRET = 'webhook-secret-of-the-sandbox';
const NEWER = 'webhook-secret-of-tomorrow';
/** Nobody listens: webhooks are taken from the sandbox's hand. */
export const NOBODY = 'http://127.0.0.1:9/';

export const BASE = {
  NODE_ENV: 'test',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
  SMTP_URL: 'smtp://127.0.0.1:9',
  STRIPE_SECRET_KEY: 'sk_test_conformance',
  RAZORPAY_KEY_ID: 'rzp_test_conformance',
  RAZORPAY_KEY_SECRET: 'razorpay-key-of-tests',
  FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
};

export async function configsFor(
  variables: Record<string, string>,
): Promise<Record<'now' | 'rotating' | 'rotated', Config>> {
  const TOKEN_SIGNING_KEY_FILE = await temporarySigningKey();
  const withSecrets = (secrets: string) =>
    loadConfig({
      ...BASE,
      ...variables,
      TOKEN_SIGNING_KEY_FILE,
      STRIPE_WEBHOOK_SECRETS: secrets,
      RAZORPAY_WEBHOOK_SECRETS: secrets,
    });
  return {
    now: withSecrets(SECRET),
    rotating: withSecrets(`${NEWER},${SECRET}`),
    rotated: withSecrets(NEWER),
  };
}

async function stripe(): Promise<Candidate> {
  const sandbox = await startStripeSandbox({
    secretKey: BASE.STRIPE_SECRET_KEY,
    webhookSecret: SECRET,
    webhookUrl: NOBODY,
    retryDelays: [],
  });
  const { control } = sandbox;
  const configs = await configsFor({ STRIPE_API_URL: sandbox.url });
  const adapter = (config: Config) =>
    new StripeProvider(config, new SystemClock(), new StripeClient(config, new Metrics(config)));
  const intent = (reference: string) => found(control.intents().find(({ id }) => id === reference));
  return {
    provider: adapter(configs.now),
    rotating: adapter(configs.rotating),
    rotated: adapter(configs.rotated),
    pay: (reference) => void control.pay(reference),
    decline: (reference) => {
      try {
        control.pay(reference, 'pm_card_chargeDeclined');
      } catch {
        // Stripe tells the browser so.
      }
    },
    refundInDashboard: (reference, amount) => void control.refund(reference, amount),
    failRefund: (refund) => void control.settleRefund(refund, 'failed'),
    feeOf: (reference) => {
      const charge = intent(reference).latest_charge;
      const booked = control.balanceTransactions().find(({ source }) => source === charge);
      return money(booked?.fee ?? 0, booked?.currency.toUpperCase() ?? '');
    },
    dispute: (reference, amount) => control.dispute(reference, { amount }).id,
    answerDispute: (dispute) => void control.answerDispute(dispute),
    decideDispute: (dispute, outcome) => void control.closeDispute(dispute, outcome),
    madeAt: (reference) => intent(reference).created,
    age: (reference) => void (intent(reference).created -= A_DAY),
    told: (reference) =>
      control
        .events()
        .filter(({ event }) => JSON.stringify(event.data.object).includes(reference))
        .map(({ event }) => ({ type: event.type, sent: control.webhook(event.id, nowInSeconds()) })),
    made: ({ paymentId }) =>
      control
        .intents()
        .filter(({ metadata }) => metadata['payment_id'] === paymentId)
        .map(({ amount, currency }) => money(amount, currency.toUpperCase())),
    refundsOf: (reference) =>
      control.events().filter(({ event }) => {
        const { payment_intent: of } = event.data.object as { payment_intent?: string };
        return event.type === 'refund.created' && of === reference;
      }).length,
    loseAnswers: () => control.dropResponses('all'),
    heal: () => control.clearFaults(),
    signatureHeader: 'stripe-signature',
    close: () => sandbox.close(),
  };
}

async function razorpay(): Promise<Candidate> {
  const sandbox = await startRazorpaySandbox({
    keyId: BASE.RAZORPAY_KEY_ID,
    keySecret: BASE.RAZORPAY_KEY_SECRET,
    webhookSecret: SECRET,
    webhookUrl: NOBODY,
    retryDelays: [],
  });
  const { control } = sandbox;
  const configs = await configsFor({ RAZORPAY_API_URL: sandbox.url });
  const adapter = (config: Config) =>
    new RazorpayProvider(config, new SystemClock(), new RazorpayClient(config, new Metrics(config)));
  const attemptOf = (orderId: string) =>
    found(control.payments().find((payment) => payment.order_id === orderId && payment.captured));
  const paidAttempt = (orderId: string) => attemptOf(orderId).id;
  const order = (reference: string) => found(control.orders().find(({ id }) => id === reference));
  return {
    provider: adapter(configs.now),
    rotating: adapter(configs.rotating),
    rotated: adapter(configs.rotated),
    pay: (reference) => void control.pay(reference),
    decline: (reference) => void control.pay(reference, 'declined'),
    refundInDashboard: (reference, amount) => void control.refund(paidAttempt(reference), amount),
    failRefund: (refund) => void control.settleRefund(refund, 'failed'),
    feeOf: (reference) => money(attemptOf(reference).fee ?? 0, 'INR'),
    dispute: (reference, amount) =>
      control.dispute(paidAttempt(reference), { amount, deductsAtOnset: true }).id,
    answerDispute: (dispute) => void control.contestDispute(dispute),
    decideDispute: (dispute, outcome) => void control.closeDispute(dispute, outcome),
    madeAt: (reference) => order(reference).created_at,
    age: (reference) => {
      order(reference).created_at -= A_DAY;
      for (const attempt of control.payments()) {
        if (attempt.order_id === reference) attempt.created_at -= A_DAY;
      }
    },
    told: (reference) =>
      control
        .events()
        .filter(({ event }) => JSON.stringify(event.body.payload).includes(reference))
        .map(({ event }) => ({ type: event.body.event, sent: control.webhook(event.id, nowInSeconds()) })),
    made: ({ paymentId }) =>
      control
        .orders()
        .filter(({ receipt }) => receipt === paymentId)
        .map(({ amount, currency }) => money(amount, currency)),
    refundsOf: (reference) =>
      control.allRefunds().filter(({ payment_id: id }) => id === paidAttempt(reference)).length,
    loseAnswers: () => control.dropResponses('all'),
    heal: () => control.clearFaults(),
    signatureHeader: 'x-razorpay-signature',
    close: () => sandbox.close(),
  };
}

function found<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('The sandbox has no such thing.');
  return row;
}

export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Every provider that is behind the port. */
export const CANDIDATES: Readonly<Record<string, () => Promise<Candidate>>> = { stripe, razorpay };
