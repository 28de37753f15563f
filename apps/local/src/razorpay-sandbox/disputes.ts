import { unixNow } from '../payment-sandbox/random-text.ts';
import type { Dispute, EventType } from './entities.ts';
import { badRequest } from './errors.ts';
import type { EventLog } from './events.ts';
import { razorpayId, type Store } from './store.ts';

const DAYS_TO_ANSWER = 7;

interface NewDispute {
  readonly amount?: number | undefined;
  readonly reason?: string | undefined;
  readonly phase?: Dispute['phase'] | undefined;
  /** The account is one that is charged when a dispute begins, and not only when it is lost. */
  readonly deductsAtOnset?: boolean | undefined;
}

const DECIDED: ReadonlySet<string> = new Set(['won', 'lost', 'closed']);

/** What banks ask back, https://razorpay.com/docs/payments/disputes/ */
export class Disputes {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
  ) {}

  /** Errors: 400 when nothing was captured, or it is more than is left of the payment. */
  open(paymentId: string, how: NewDispute): Dispute {
    const payment = this.store.payment(paymentId);
    const left = payment.amount - payment.amount_refunded;
    const { amount = left, reason = 'goods_or_services_not_provided', phase = 'chargeback' } = how;
    if (!payment.captured || amount < 1 || amount > left) throw badRequest('The payment cannot be disputed');
    const now = unixNow();
    const dispute: Dispute = {
      id: razorpayId('disp'),
      entity: 'dispute',
      payment_id: payment.id,
      amount,
      currency: payment.currency,
      amount_deducted: how.deductsAtOnset ? amount : 0,
      reason_code: reason,
      reason_description: 'The cardholder has not received what was paid for.',
      respond_by: now + DAYS_TO_ANSWER * 86_400,
      status: 'open',
      phase,
      created_at: now,
      evidence: { amount, summary: null, submitted_at: null },
    };
    this.store.tables.dispute.set(dispute.id, dispute);
    return this.tell('payment.dispute.created', dispute);
  }

  /** Evidence was sent in Razorpay's dashboard. Errors: 400 when it is not open. */
  contest(id: string): Dispute {
    const dispute = this.undecided(id);
    dispute.status = 'under_review';
    dispute.evidence.submitted_at = unixNow();
    return this.tell('payment.dispute.under_review', dispute);
  }

  /** The evidence was not enough. Errors: 400 when it is decided. */
  askForMore(id: string): Dispute {
    const dispute = this.undecided(id);
    dispute.status = 'open';
    return this.tell('payment.dispute.action_required', dispute);
  }

  /** Errors: 400 when it is decided. */
  close(id: string, status: 'won' | 'lost' | 'closed'): Dispute {
    const dispute = this.undecided(id);
    // What was taken at the onset and came back is not said to have been taken any more.
    dispute.amount_deducted = status === 'lost' ? dispute.amount : 0;
    dispute.status = status;
    return this.tell(`payment.dispute.${status}`, dispute);
  }

  private undecided(id: string): Dispute {
    const dispute = this.store.dispute(id);
    if (DECIDED.has(dispute.status)) throw badRequest(`The dispute is ${dispute.status}`);
    return dispute;
  }

  private tell(type: EventType, dispute: Dispute): Dispute {
    this.store.touch();
    this.log.record(type, { payment: this.store.payment(dispute.payment_id), dispute });
    return dispute;
  }
}
