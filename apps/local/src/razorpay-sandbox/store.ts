import { forget, KeptTables } from '../payment-sandbox/kept-tables.ts';
import { randomText, unixNow } from '../payment-sandbox/random-text.ts';
import type { RecordedEvent } from '../payment-sandbox/recorded-event.ts';
import type { Dispute, Order, Payment, RazorpayEvent, Refund } from './entities.ts';
import { unknownId } from './errors.ts';
import type { LinkedAccount, Product, Reversal, Stakeholder, Transfer } from './route-entities.ts';

const MAX_EVENTS = 2_000;
const A_MONTH = 30 * 86_400;

/** The refund that an idempotency key gives again. */
interface KnownRefund {
  request: string;
  refundId: string;
}

/** The transfer that an idempotency key gives again. */
interface KnownTransfer {
  request: string;
  transferId: string;
}

interface Tables {
  order: Map<string, Order>;
  payment: Map<string, Payment>;
  refund: Map<string, Refund>;
  /** Minutes within which Razorpay captures what is paid for an order by itself; none when it never does. */
  capture: Map<string, number>;
  refund_key: Map<string, KnownRefund>;
  dispute: Map<string, Dispute>;
  account: Map<string, LinkedAccount>;
  stakeholder: Map<string, Stakeholder>;
  product: Map<string, Product>;
  transfer: Map<string, Transfer>;
  reversal: Map<string, Reversal>;
  transfer_key: Map<string, KnownTransfer>;
  event: Map<string, RecordedEvent<RazorpayEvent>>;
}

/** Razorpay's objects. */
export class Store extends KeptTables<RazorpayEvent, Tables> {
  /** Errors: a state file that is not what `save` wrote. */
  static async open(file?: string): Promise<Store> {
    const tables: Tables = {
      order: new Map(),
      payment: new Map(),
      refund: new Map(),
      capture: new Map(),
      refund_key: new Map(),
      dispute: new Map(),
      account: new Map(),
      stakeholder: new Map(),
      product: new Map(),
      transfer: new Map(),
      reversal: new Map(),
      transfer_key: new Map(),
      event: new Map(),
    };
    const store = new Store(tables, file);
    await store.load();
    return store;
  }

  /** Errors: 400, as for each of these. */
  order(id: string): Order {
    return found(this.tables.order.get(id));
  }

  payment(id: string): Payment {
    return found(this.tables.payment.get(id));
  }

  refund(id: string): Refund {
    return found(this.tables.refund.get(id));
  }

  dispute(id: string): Dispute {
    return found(this.tables.dispute.get(id));
  }

  transfer(id: string): Transfer {
    return found(this.tables.transfer.get(id));
  }

  event(id: string): RecordedEvent<RazorpayEvent> {
    return found(this.tables.event.get(id));
  }

  /** The attempts to pay an order, the newest first. */
  attempts(orderId: string): Payment[] {
    return [...this.tables.payment.values()].filter((payment) => payment.order_id === orderId).reverse();
  }

  /** The newest first. */
  refundsOf(paymentId: string): Refund[] {
    return [...this.tables.refund.values()].filter((refund) => refund.payment_id === paymentId).reverse();
  }

  protected override forgetOld(): void {
    const now = unixNow();
    forget(this.tables.event, MAX_EVENTS, ({ event }) => event.body.created_at < now - A_MONTH);
  }
}

/** An id as Razorpay writes it: `order_` and 14 letters and digits. */
export function razorpayId(prefix: string): string {
  return `${prefix}_${randomText(14)}`;
}

function found<T>(row: T | undefined): T {
  if (row === undefined) throw unknownId();
  return row;
}
