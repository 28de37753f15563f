import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { PaymentSucceeded, PayoutPaid, RefundFailed, RefundSucceeded } from '../events.ts';
import type { Invoice } from './invoice.entity.ts';
import { InvoiceFilesService } from './invoice-files.service.ts';
import { InvoicingService } from './invoicing.service.ts';

// Apart from settling: whoever pays does not wait for the number of somebody else's paper.

@OnEvent(PaymentSucceeded, 'payments.issue-receipt')
export class IssueReceipt implements JobHandler<DataOf<typeof PaymentSucceeded>> {
  constructor(
    private readonly invoicing: InvoicingService,
    private readonly files: InvoiceFilesService,
  ) {}

  async handle(actor: Actor, { paymentId }: DataOf<typeof PaymentSucceeded>): Promise<void> {
    await print(this.files, await this.invoicing.receipt(actor, paymentId));
  }
}

@OnEvent(RefundSucceeded, 'payments.issue-credit-note')
export class IssueCreditNote implements JobHandler<DataOf<typeof RefundSucceeded>> {
  constructor(
    private readonly invoicing: InvoicingService,
    private readonly files: InvoiceFilesService,
  ) {}

  async handle(actor: Actor, { refundId }: DataOf<typeof RefundSucceeded>): Promise<void> {
    await print(this.files, await this.invoicing.creditNote(actor, refundId));
  }
}

@OnEvent(RefundFailed, 'payments.undo-credit-note')
export class UndoCreditNote implements JobHandler<DataOf<typeof RefundFailed>> {
  constructor(
    private readonly invoicing: InvoicingService,
    private readonly files: InvoiceFilesService,
  ) {}

  async handle(actor: Actor, { refundId }: DataOf<typeof RefundFailed>): Promise<void> {
    await print(this.files, await this.invoicing.undoCreditNote(actor, refundId));
  }
}

@OnEvent(PayoutPaid, 'payments.issue-commission-invoice')
export class IssueCommissionInvoice implements JobHandler<DataOf<typeof PayoutPaid>> {
  constructor(
    private readonly invoicing: InvoicingService,
    private readonly files: InvoiceFilesService,
  ) {}

  async handle(actor: Actor, { payoutId }: DataOf<typeof PayoutPaid>): Promise<void> {
    await print(this.files, await this.invoicing.commission(actor, payoutId));
  }
}

async function print(files: InvoiceFilesService, invoice: Invoice | undefined): Promise<void> {
  if (invoice) await files.fill(invoice);
}
