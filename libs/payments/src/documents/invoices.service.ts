import { Injectable } from '@nestjs/common';
import type { ExpressionBuilder } from 'kysely';
import { AuditService } from '#audit';
import type { FileLink } from '#files';
import {
  type Actor,
  hasRole,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { containing, given, pageOf, type Tables, within } from '#platform';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { notPaid } from '../payments.errors.ts';
import { asInvoice, type Invoice, type InvoiceKind, PRINTED_NUMBER } from './invoice.entity.ts';
import { InvoiceFilesService } from './invoice-files.service.ts';
import { InvoiceRecordsService } from './invoice-records.service.ts';
import { InvoicingService } from './invoicing.service.ts';

export interface InvoiceFilter {
  readonly kind?: InvoiceKind;
  readonly paymentId?: string;
  readonly payoutId?: string;
  readonly practitionerId?: string;
  readonly year?: number;
  /** Matches the number, as it stands on the paper. */
  readonly search?: string;
  readonly issued?: Period;
  readonly order?: { readonly by: 'issuedAt' | 'amount'; readonly descending: boolean };
}

/** Papers for those whom they are about: who paid, the doctor, and administrators. */
@Injectable()
export class InvoicesService {
  constructor(
    private readonly audit: AuditService,
    private readonly payments: PaymentReader,
    private readonly invoices: InvoiceRecordsService,
    private readonly invoicing: InvoicingService,
    private readonly files: InvoiceFilesService,
  ) {}

  /** Newest first unless asked otherwise. */
  async list(actor: UserActor, filter: InvoiceFilter, page: PageRequest): Promise<Page<Invoice>> {
    const { kind, paymentId, payoutId, practitionerId, year, search, issued } = filter;
    const { by, descending } = filter.order ?? { by: 'issuedAt', descending: true };
    const direction = descending ? 'desc' : 'asc';
    const found = await pageOf(
      this.invoices
        .all()
        .where(maySee(actor))
        .where((eb) =>
          eb.and(
            given([
              kind && eb('kind', '=', kind),
              paymentId && eb('paymentId', '=', paymentId),
              payoutId && eb('payoutId', '=', payoutId),
              practitionerId && eb('practitionerId', '=', practitionerId),
              year && eb('year', '=', year),
              search && eb(PRINTED_NUMBER, 'ilike', containing(search)),
              ...within('issuedAt', issued),
            ]),
          ),
        )
        .orderBy(by, direction)
        .orderBy('id', direction),
      page,
    );
    return { ...found, items: found.items.map(asInvoice) };
  }

  /** @throws not_found `invoice_not_found`, also for one that the actor may not see */
  async visible(actor: UserActor, id: string): Promise<Invoice> {
    const row = await this.invoices.all().where(maySee(actor)).where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound('invoice');
    return asInvoice(row);
  }

  /** A link to the PDF. @throws not_found `invoice_not_found`, also for one that the actor may not see */
  async open(actor: UserActor, id: string): Promise<FileLink> {
    const invoice = await this.visible(actor, id);
    return this.#open(actor, invoice);
  }

  /**
   * A link to the receipt of a payment.
   * @throws not_found `transaction_not_found`; conflict `not_paid`
   */
  async openReceipt(actor: UserActor, paymentId: string): Promise<FileLink> {
    await this.payments.visible(actor, paymentId);
    const receipt = await this.invoicing.receipt(actor, paymentId);
    if (!receipt) throw notPaid();
    return this.#open(actor, receipt);
  }

  async #open(actor: Actor, invoice: Invoice): Promise<FileLink> {
    await this.audit.record(actor, {
      action: 'invoice.read',
      resource: 'invoice',
      resourceId: invoice.id,
      organizationId: invoice.organizationId,
    });
    return this.files.link(invoice);
  }
}

function maySee(actor: UserActor) {
  return (eb: ExpressionBuilder<Tables, 'invoices'>) => {
    if (hasRole(actor, 'admin')) return eb.lit(true);
    return eb.or([
      eb('payerUserId', '=', actor.userId),
      eb(
        'practitionerId',
        'in',
        eb
          .selectFrom('staffMembers')
          .select('staffMembers.id')
          .where('staffMembers.userId', '=', actor.userId),
      ),
    ]);
  };
}
