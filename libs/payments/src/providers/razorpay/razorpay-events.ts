import { z } from 'zod';
import { unreadableWebhook } from '../../payments.errors.ts';
import type { ProviderEvent, ProviderNews } from '../payment-provider.ts';
import {
  DisputeEntity,
  PaymentEntity,
  ProductNews,
  RefundEntity,
  TransferEntity,
} from './razorpay-entities.ts';
import { productNews, suspendedAccount, transferSnapshot } from './razorpay-payout-snapshots.ts';
import {
  attemptSnapshot,
  disputeSnapshot,
  isCaptured,
  referenceOf,
  refundSnapshot,
} from './razorpay-snapshots.ts';

const Told = z.object({ event: z.string().min(1), created_at: z.int().nullish().catch(null) });

/** The order that an event is about. */
const About = z.object({
  payload: z.object({ payment: z.object({ entity: z.object({ order_id: z.string().nullish() }) }) }),
});

type Reader = (body: unknown, asOf: Temporal.Instant) => ProviderNews | null;

const within = <Shape extends z.ZodRawShape>(shape: Shape) => z.object({ payload: z.object(shape) });
const entityOf = <T extends z.ZodType>(entity: T) => z.object({ entity });

const payment = entityOf(PaymentEntity);
const PaymentNews = within({ payment });
const RefundNews = within({ refund: entityOf(RefundEntity), payment });
const DisputeNews = within({ dispute: entityOf(DisputeEntity), payment });
const TransferNews = within({ transfer: entityOf(TransferEntity) });
const RouteNews = within({ merchant_product: ProductNews });
const AccountNews = within({ account: entityOf(z.object({ id: z.string().min(1) })) });

const ofPayment: Reader = (body) => attemptSnapshot(PaymentNews.parse(body).payload.payment.entity);

const ofRefund: Reader = (body) => {
  const { refund, payment: paid } = RefundNews.parse(body).payload;
  // What nobody captured goes back by itself: it was never in the books.
  return isCaptured(paid.entity) ? refundSnapshot(refund.entity, referenceOf(paid.entity)) : null;
};

const ofDispute: Reader = (body, asOf) => {
  const { dispute, payment: disputed } = DisputeNews.parse(body).payload;
  return disputeSnapshot(dispute.entity, referenceOf(disputed.entity), asOf);
};

const ofTransfer =
  (otherwise: 'processed' | 'failed'): Reader =>
  (body) => {
    const { entity } = TransferNews.parse(body).payload.transfer;
    return transferSnapshot({ ...entity, status: entity.status ?? otherwise });
  };

const ofProduct: Reader = (body, asOf) => productNews(RouteNews.parse(body).payload.merchant_product, asOf);

const ofSuspension: Reader = (body, asOf) =>
  suspendedAccount(AccountNews.parse(body).payload.account.entity.id, asOf);

/** The events that mean something to us (https://razorpay.com/docs/webhooks/payloads/). */
const READERS: Readonly<Record<string, Reader>> = {
  'payment.authorized': ofPayment,
  'payment.captured': ofPayment,
  'payment.failed': ofPayment,
  'order.paid': ofPayment,
  'refund.created': ofRefund,
  'refund.processed': ofRefund,
  'refund.failed': ofRefund,
  'payment.dispute.created': ofDispute,
  'payment.dispute.under_review': ofDispute,
  'payment.dispute.action_required': ofDispute,
  'payment.dispute.won': ofDispute,
  'payment.dispute.lost': ofDispute,
  'payment.dispute.closed': ofDispute,
  'transfer.processed': ofTransfer('processed'),
  'transfer.failed': ofTransfer('failed'),
  'product.route.under_review': ofProduct,
  'product.route.needs_clarification': ofProduct,
  'product.route.activated': ofProduct,
  'account.suspended': ofSuspension,
};

/**
 * @param id from the header `x-razorpay-event-id`
 * @throws invalid `webhook_unreadable`
 */
export function providerEvent(id: unknown, body: unknown): ProviderEvent {
  const told = Told.safeParse(body);
  const named = z.string().min(1).max(255).safeParse(id);
  if (!told.success || !named.success) throw unreadableWebhook();
  const about = About.safeParse(body);
  const paymentReference = (about.success && about.data.payload.payment.entity.order_id) || null;
  const { event: type } = told.data;
  return { id: named.data, type, isKnown: Object.hasOwn(READERS, type), paymentReference };
}

export function newsIn(body: unknown): ProviderNews | null {
  const { event, created_at: at } = Told.parse(body);
  if (!Object.hasOwn(READERS, event)) return null;
  return READERS[event]?.(body, Temporal.Instant.fromEpochMilliseconds((at ?? 0) * 1000)) ?? null;
}
