import { type Money, money, SystemClock } from '#kernel';
import { Metrics } from '#platform';
import { startRazorpaySandbox } from '../../../apps/local/src/razorpay-sandbox/index.ts';
import { startStripeSandbox } from '../../../apps/local/src/stripe-sandbox/index.ts';
import type { ProviderNews } from '../../../libs/payments/src/providers/payment-provider.ts';
import type {
  AccountSnapshot,
  PayoutProvider,
} from '../../../libs/payments/src/providers/payout-provider.ts';
import { RazorpayClient } from '../../../libs/payments/src/providers/razorpay/razorpay.client.ts';
import { RazorpayProvider } from '../../../libs/payments/src/providers/razorpay/razorpay.provider.ts';
import { RazorpayPayoutProvider } from '../../../libs/payments/src/providers/razorpay/razorpay-payout.provider.ts';
import { StripeClient } from '../../../libs/payments/src/providers/stripe/stripe.client.ts';
import { StripeProvider } from '../../../libs/payments/src/providers/stripe/stripe.provider.ts';
import { StripePayoutProvider } from '../../../libs/payments/src/providers/stripe/stripe-payout.provider.ts';
import { BASE, configsFor, NOBODY, nowInSeconds, SECRET } from './candidates.ts';

/** A production adapter that pays out, and what people do at the provider behind it. */
export interface PayoutCandidate {
  readonly provider: PayoutProvider;
  /** Opens a doctor's account, as the provider wants it. */
  open(doctorId: string): Promise<AccountSnapshot>;
  /** The doctor tells everything, and the provider believes it. */
  complete(doctorId: string, account: AccountSnapshot): Promise<void>;
  /** The provider lets no more money go there. */
  restrict(account: AccountSnapshot): void;
  /** So much is paid to the platform, in INR; the provider keeps its fee. */
  fund(amount: number): Promise<void>;
  /** Takes a part of a transfer back. */
  takeBack(transferReference: string, amount: number): void;
  accountsOf(doctorId: string): number;
  transfersOf(payoutId: string): readonly Money[];
  /** What the events say that name something, oldest first. */
  news(reference: string): readonly (ProviderNews | null)[];
  loseAnswers(): void;
  heal(): void;
  close(): Promise<void>;
}

async function stripe(): Promise<PayoutCandidate> {
  const sandbox = await startStripeSandbox({
    secretKey: BASE.STRIPE_SECRET_KEY,
    webhookSecret: SECRET,
    webhookUrl: NOBODY,
    retryDelays: [],
  });
  const { control } = sandbox;
  const { now: config } = await configsFor({ STRIPE_API_URL: sandbox.url });
  const clock = new SystemClock();
  const client = new StripeClient(config, new Metrics(config));
  const payments = new StripeProvider(config, clock, client);
  const provider = new StripePayoutProvider(clock, client);
  return {
    provider,
    open: (doctorId) => provider.onboarding.open({ doctorId, country: 'IN' }),
    complete: async (_doctorId, { reference }) => void control.completeOnboarding(reference),
    restrict: ({ reference }) => void control.restrictAccount(reference),
    fund: async (amount) => {
      const request = { paymentId: crypto.randomUUID(), appointmentId: crypto.randomUUID() };
      const { reference } = await payments.createIntent({ ...request, amount: money(amount, 'INR') });
      control.pay(reference);
    },
    takeBack: (transfer, amount) => void control.reverseTransfer(transfer, amount),
    accountsOf: (doctorId) =>
      control.accounts().filter(({ metadata }) => metadata?.['doctor_id'] === doctorId).length,
    transfersOf: (payoutId) =>
      control
        .transfers()
        .filter(({ transfer_group: group }) => group === payoutId)
        .map(({ amount, currency }) => money(amount, currency.toUpperCase())),
    news: (reference) =>
      control
        .events()
        .filter(({ event }) => JSON.stringify(event.data.object).includes(reference))
        .map(({ event }) => control.webhook(event.id, nowInSeconds()))
        .map(({ body }) => payments.readWebhook(Buffer.from(body))),
    loseAnswers: () => control.dropResponses('all'),
    heal: () => control.clearFaults(),
    close: () => sandbox.close(),
  };
}

const detailsOf = (doctorId: string) => ({
  legalName: 'Asha Rao',
  email: `${doctorId}@rao.test`,
  phone: '+919812345678',
  pan: 'ABCPR1234F',
  address: {
    street: '14, 3rd Cross, Indiranagar',
    city: 'Bengaluru',
    state: 'Karnataka',
    postalCode: '560038',
  },
  bank: { accountNumber: '50100012345678', ifsc: 'HDFC0000317', holder: 'Asha Rao' },
});

async function razorpay(): Promise<PayoutCandidate> {
  const sandbox = await startRazorpaySandbox({
    keyId: BASE.RAZORPAY_KEY_ID,
    keySecret: BASE.RAZORPAY_KEY_SECRET,
    webhookSecret: SECRET,
    webhookUrl: NOBODY,
    retryDelays: [],
  });
  const { control } = sandbox;
  const { now: config } = await configsFor({ RAZORPAY_API_URL: sandbox.url });
  const clock = new SystemClock();
  const client = new RazorpayClient(config, new Metrics(config));
  const payments = new RazorpayProvider(config, clock, client);
  const provider = new RazorpayPayoutProvider(clock, client);
  return {
    provider,
    open: (doctorId) => provider.onboarding.open({ doctorId, details: detailsOf(doctorId) }),
    complete: async (doctorId, account) =>
      void (await provider.onboarding.tell(account, detailsOf(doctorId))),
    restrict: ({ reference }) => void control.suspendAccount(reference),
    fund: async (amount) => {
      const request = { paymentId: crypto.randomUUID(), appointmentId: crypto.randomUUID() };
      const { reference } = await payments.createIntent({ ...request, amount: money(amount, 'INR') });
      control.pay(reference);
    },
    takeBack: (transfer, amount) => void control.reverseTransfer(transfer, amount),
    accountsOf: (doctorId) =>
      control.accounts().filter(({ notes }) => !Array.isArray(notes) && notes['doctor_id'] === doctorId)
        .length,
    transfersOf: (payoutId) =>
      control
        .allTransfers()
        .filter(({ notes }) => !Array.isArray(notes) && notes['payout_id'] === payoutId)
        .map(({ amount, currency }) => money(amount, currency)),
    news: (reference) =>
      control
        .events()
        .filter(({ event }) => JSON.stringify(event.body).includes(reference.replace(/^acc_/, '')))
        .map(({ event }) => control.webhook(event.id, nowInSeconds()))
        .map(({ body }) => payments.readWebhook(Buffer.from(body))),
    loseAnswers: () => control.dropResponses('all'),
    heal: () => control.clearFaults(),
    close: () => sandbox.close(),
  };
}

/** Every provider that pays out. */
export const PAYOUT_CANDIDATES: Readonly<Record<string, () => Promise<PayoutCandidate>>> = {
  stripe,
  razorpay,
};
