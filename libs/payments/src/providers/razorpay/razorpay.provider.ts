import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Clock, type Money, money } from '#kernel';
import { Config } from '#platform';
import { forgedCheckout } from '../../payments.errors.ts';
import {
  type Handover,
  type MoneySnapshot,
  type PaymentProvider,
  type PaymentSnapshot,
  type ProviderEvent,
  type ProviderIntent,
  type ProviderNews,
  ProviderRefusal,
  type RefundSnapshot,
  type WebhookHeaders,
} from '../payment-provider.ts';
import { PAGE, RazorpayClient } from './razorpay.client.ts';
import {
  collectionOf,
  DisputeEntity,
  OrderEntity,
  OrderWithPayments,
  PaymentEntity,
  RefundEntity,
} from './razorpay-entities.ts';
import { newsIn, providerEvent } from './razorpay-events.ts';
import { verifyCheckout, verifyRazorpaySignature } from './razorpay-signature.ts';
import {
  disputeSnapshot,
  intentOf,
  isCaptured,
  orderSnapshot,
  REFUND_ID,
  referenceOf,
  refundSnapshot,
} from './razorpay-snapshots.ts';

const MINUTES_A_DAY = 24 * 60;
/** More than a payment will ever have. */
const ALL = String(PAGE);
/**
 * Razorpay takes its fees in the currency that it settles in, also of a payment in another one
 * (https://razorpay.com/docs/payments/international-payments/currency-conversion/).
 */
const SETTLED_IN = 'INR';

const Orders = collectionOf(OrderEntity);
const Attempts = collectionOf(PaymentEntity);
const Refunds = collectionOf(RefundEntity);

/** What Razorpay's checkout gives to its `handler`, or posts to its `callback_url`. */
const CheckoutResult = z.object({ razorpay_payment_id: z.string(), razorpay_signature: z.string() });

/**
 * Razorpay (https://razorpay.com/docs/api/). Its order is our payment: it can be tried to be paid several times,
 * and each attempt is one of Razorpay's payments. An order cannot be closed there, so money can come for one that
 * is cancelled here.
 */
@Injectable()
export class RazorpayProvider implements PaymentProvider {
  readonly name = 'razorpay';

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly client: RazorpayClient,
  ) {}

  /** Whether this server has an account there. */
  get isConfigured(): boolean {
    const { RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET } = this.config.env;
    return RAZORPAY_KEY_ID !== undefined && RAZORPAY_KEY_SECRET !== undefined;
  }

  get publishableKey(): string {
    return this.config.env.RAZORPAY_KEY_ID ?? '';
  }

  /** Razorpay takes the same receipt twice: whoever asks at the same time as another may get another order. */
  async createIntent(request: {
    paymentId: string;
    appointmentId: string;
    amount: Money;
  }): Promise<ProviderIntent> {
    const { paymentId, appointmentId, amount } = request;
    const made = await this.client.ask(Orders, {
      method: 'GET',
      path: '/orders',
      query: { receipt: paymentId, count: ALL },
    });
    const [first] = made.items.toSorted((one, other) => one.created_at - other.created_at);
    if (first) return this.#intent(await this.#snapshot(first));
    // Razorpay captures what is paid; later than this it gives back by itself what it could not.
    const minutes = this.config.env.RAZORPAY_CAPTURE_DAYS * MINUTES_A_DAY;
    const order = await this.client.ask(OrderEntity, {
      method: 'POST',
      path: '/orders',
      body: {
        amount: amount.amount,
        currency: amount.currency,
        receipt: paymentId,
        notes: { payment_id: paymentId, appointment_id: appointmentId },
        payment: {
          capture: 'automatic',
          capture_options: {
            automatic_expiry_period: minutes,
            manual_expiry_period: minutes,
            refund_speed: 'normal',
          },
        },
      },
    });
    return this.#intent(orderSnapshot(order, []));
  }

  async retrieveIntent(reference: string): Promise<ProviderIntent> {
    return this.#intent(await this.#snapshot(await this.#order(reference)));
  }

  async collect(reference: string): Promise<PaymentSnapshot> {
    const order = await this.#order(reference);
    const attempts = await this.#attempts(reference);
    const waiting = attempts.find(({ status }) => status === 'authorized');
    if (!waiting || attempts.some(isCaptured)) return orderSnapshot(order, attempts);
    await this.#capture(waiting);
    return this.#snapshot(order);
  }

  async closeIntent(reference: string): Promise<PaymentSnapshot> {
    const snapshot = await this.collect(reference);
    const isOver = snapshot.status === 'created' || snapshot.status === 'failed';
    return isOver ? { ...snapshot, status: 'cancelled' } : snapshot;
  }

  async refund(request: {
    refundId: string;
    paymentReference: string;
    amount: Money;
  }): Promise<RefundSnapshot> {
    const { refundId, paymentReference: orderId, amount } = request;
    const paid = (await this.#attempts(orderId)).find(isCaptured);
    if (!paid) throw new ProviderRefusal('not_captured', `Nothing was paid for ${orderId}.`);
    // How long an idempotency key is remembered is not said; what was refunded stays.
    const made = await this.client.ask(Refunds, {
      method: 'GET',
      path: `/payments/${paid.id}/refunds`,
      query: { count: ALL },
    });
    const same = made.items.find(({ notes }) => notes[REFUND_ID] === refundId);
    if (same) return refundSnapshot(same, orderId);
    const refund = await this.client.ask(RefundEntity, {
      method: 'POST',
      path: `/payments/${paid.id}/refund`,
      body: { amount: amount.amount, speed: 'normal', receipt: refundId, notes: { [REFUND_ID]: refundId } },
      idempotency: { header: 'X-Refund-Idempotency', key: refundId },
    });
    return refundSnapshot(refund, orderId);
  }

  async feeOf(reference: string): Promise<Money | null> {
    const fee = (await this.#attempts(reference)).find(isCaptured)?.fee;
    return typeof fee === 'number' ? money(fee, SETTLED_IN) : null;
  }

  /** Orders with the attempts to pay them, and what else happened since then to orders that are older. */
  async *since(instant: Temporal.Instant): AsyncIterable<MoneySnapshot> {
    const from = Math.floor(instant.epochMilliseconds / 1000);
    const query = { from: String(from) };
    const payments = new KnownPayments(this.client);
    const told = new Set<string>();
    const expanded = { ...query, 'expand[]': 'payments' };
    for await (const order of this.client.all(OrderWithPayments, { path: '/orders', query: expanded })) {
      if (told.has(order.id)) continue;
      told.add(order.id);
      const attempts = newestFirst(order.payments.items);
      payments.add(attempts);
      yield orderSnapshot(order, attempts);
    }
    for await (const attempt of this.client.all(PaymentEntity, { path: '/payments', query })) {
      payments.add([attempt]);
      const { order_id: orderId } = attempt;
      if (!orderId || told.has(orderId)) continue;
      told.add(orderId);
      yield await this.#snapshot(await this.#order(orderId));
    }
    for await (const refund of this.client.all(RefundEntity, { path: '/refunds', query })) {
      const payment = await payments.get(refund.payment_id);
      // What nobody captured goes back by itself: it was never in the books.
      if (isCaptured(payment)) yield refundSnapshot(refund, referenceOf(payment));
    }
    // Of disputes Razorpay lists all, the newest first.
    for await (const dispute of this.client.all(DisputeEntity, { path: '/disputes' })) {
      if (dispute.created_at < from) return;
      const payment = await payments.get(dispute.payment_id);
      yield disputeSnapshot(dispute, referenceOf(payment), this.clock.now());
    }
  }

  verifyHandover(reference: string, handover: Handover): void {
    const result = CheckoutResult.safeParse(handover);
    const { RAZORPAY_KEY_SECRET: secret } = this.config.env;
    if (!result.success || secret === undefined) throw forgedCheckout();
    const { razorpay_payment_id: paymentId, razorpay_signature: signature } = result.data;
    verifyCheckout({ orderId: reference, paymentId, signature }, secret);
  }

  recognizes(headers: WebhookHeaders): boolean {
    return typeof headers['x-razorpay-signature'] === 'string';
  }

  verifyWebhook(rawBody: Uint8Array, headers: WebhookHeaders): ProviderEvent {
    verifyRazorpaySignature(
      rawBody,
      String(headers['x-razorpay-signature']),
      this.config.env.RAZORPAY_WEBHOOK_SECRETS,
    );
    return providerEvent(headers['x-razorpay-event-id'], parsed(rawBody));
  }

  readWebhook(rawBody: Uint8Array): ProviderNews | null {
    return newsIn(parsed(rawBody));
  }

  /** It may have been captured, or have gone back, in the meantime: then the answer is no, and the order tells. */
  async #capture({ id, amount, currency }: PaymentEntity): Promise<void> {
    try {
      await this.client.ask(PaymentEntity, {
        method: 'POST',
        path: `/payments/${id}/capture`,
        body: { amount, currency },
      });
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) throw error;
    }
  }

  #order(reference: string): Promise<OrderEntity> {
    return this.client.ask(OrderEntity, { method: 'GET', path: `/orders/${reference}` });
  }

  /** Every attempt to pay an order, the newest first. */
  async #attempts(orderId: string): Promise<readonly PaymentEntity[]> {
    const path = `/orders/${orderId}/payments`;
    const { items } = await this.client.ask(Attempts, { method: 'GET', path });
    return newestFirst(items);
  }

  async #snapshot(order: OrderEntity): Promise<PaymentSnapshot> {
    return orderSnapshot(order, await this.#attempts(order.id));
  }

  #intent(snapshot: PaymentSnapshot): ProviderIntent {
    return intentOf(snapshot, this.config.env.RAZORPAY_API_URL);
  }
}

function parsed(rawBody: Uint8Array): unknown {
  return JSON.parse(Buffer.from(rawBody).toString('utf8'));
}

function newestFirst(attempts: readonly PaymentEntity[]): readonly PaymentEntity[] {
  return attempts.toSorted((one, other) => other.created_at - one.created_at);
}

/** Payments by id; Razorpay is asked for those that nobody has named before. */
class KnownPayments {
  readonly #known = new Map<string, PaymentEntity>();

  constructor(private readonly client: RazorpayClient) {}

  add(payments: readonly PaymentEntity[]): void {
    for (const payment of payments) this.#known.set(payment.id, payment);
  }

  async get(id: string): Promise<PaymentEntity> {
    const known = this.#known.get(id);
    if (known) return known;
    const payment = await this.client.ask(PaymentEntity, { method: 'GET', path: `/payments/${id}` });
    this.#known.set(id, payment);
    return payment;
  }
}
