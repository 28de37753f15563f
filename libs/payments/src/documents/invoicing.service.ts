import { Injectable } from '@nestjs/common';
import { DoctorsService } from '#doctors';
import { type Actor, add, money } from '#kernel';
import { Config, Database, Transactional } from '#platform';
import type { Payment } from '../checkout/payment.entity.ts';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { PayoutLinesService } from '../payouts/payout-lines.service.ts';
import { PayoutRecordsService } from '../payouts/payout-records.service.ts';
import { RefundsService } from '../refunds/refunds.service.ts';
import { includedTax, taxOfChange } from './included-tax.ts';
import type { Invoice, InvoiceKind } from './invoice.entity.ts';
import { InvoiceRecordsService } from './invoice-records.service.ts';

/** Decides which paper is issued about what, once each. */
@Injectable()
export class InvoicingService {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly payments: PaymentReader,
    private readonly refunds: RefundsService,
    private readonly payouts: PayoutRecordsService,
    private readonly lines: PayoutLinesService,
    private readonly doctors: DoctorsService,
    private readonly invoices: InvoiceRecordsService,
  ) {}

  /** The receipt of a payment that has arrived. */
  @Transactional()
  async receipt(actor: Actor, paymentId: string): Promise<Invoice | undefined> {
    const payment = await this.payments.visible(actor, paymentId);
    if (payment.succeededAt === null) return undefined;
    await this.invoices.lock(paymentId);
    return this.#ofPayment(payment, 'receipt', paymentId, payment.amount.amount, null);
  }

  /** The credit note of a refund that stands. */
  @Transactional()
  async creditNote(actor: Actor, refundId: string): Promise<Invoice | undefined> {
    const { paymentId } = await this.refunds.get(actor, refundId);
    const receipt = await this.receipt(actor, paymentId);
    // Read under the lock: what is sent back by the bank meanwhile comes after.
    const { status, amount } = await this.refunds.get(actor, refundId);
    if (!receipt || status !== 'succeeded') return undefined;
    const payment = await this.payments.visible(actor, paymentId);
    return this.#ofPayment(payment, 'credit_note', refundId, -amount.amount, receipt);
  }

  /** A refund came to nothing: the credit note of one that had been given is undone. */
  @Transactional()
  async undoCreditNote(actor: Actor, refundId: string): Promise<Invoice | undefined> {
    const { paymentId, amount } = await this.refunds.get(actor, refundId);
    await this.invoices.lock(paymentId);
    const note = await this.invoices.find('credit_note', refundId);
    if (!note) return undefined;
    const payment = await this.payments.visible(actor, paymentId);
    return this.#ofPayment(payment, 'credit_note_reversal', refundId, amount.amount, note);
  }

  /** What the platform kept of the visits that a payout pays, less what of it went back with refunds. */
  @Transactional()
  async commission(_actor: Actor, payoutId: string): Promise<Invoice | undefined> {
    await this.invoices.lock(payoutId);
    const issued = await this.invoices.find('commission_invoice', payoutId);
    if (issued) return issued;
    const { practitionerId, organizationId, amount: paid } = await this.payouts.get(payoutId);
    const kept = (await this.lines.ofPayout(payoutId))
      .map(({ commission }) => commission)
      .reduce(add, money(0, paid.currency));
    if (kept.amount === 0) return undefined;
    const { userId } = await this.doctors.byId(practitionerId);
    const percent = this.config.env.COMMISSION_TAX_PERCENT;
    return this.invoices.issue({
      kind: 'commission_invoice',
      reference: payoutId,
      organizationId,
      practitionerId,
      paymentId: null,
      payoutId,
      payerUserId: null,
      ownerUserId: userId,
      correctsId: null,
      amount: kept,
      tax: includedTax(kept, percent),
      taxPercent: percent,
    });
  }

  async #ofPayment(
    payment: Payment,
    kind: InvoiceKind,
    reference: string,
    minorUnits: number,
    corrects: Invoice | null,
  ): Promise<Invoice> {
    const issued = await this.invoices.find(kind, reference);
    if (issued) return issued;
    const amount = money(minorUnits, payment.amount.currency);
    // A correction is taxed as what it corrects was.
    const percent = corrects?.taxPercent ?? this.config.env.VISIT_TAX_PERCENT;
    const before = await this.invoices.sumOf(payment.id, amount.currency);
    return this.invoices.issue({
      kind,
      reference,
      organizationId: payment.organizationId,
      practitionerId: payment.practitionerId,
      paymentId: payment.id,
      payoutId: null,
      payerUserId: payment.payerUserId,
      ownerUserId: payment.payerUserId,
      correctsId: corrects?.id ?? null,
      amount,
      tax: taxOfChange(before, amount, percent),
      taxPercent: percent,
    });
  }
}
