import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AccountsService } from '#auth';
import { FilesService } from '#files';
import { Clock, type Money, money, newId } from '#kernel';
import { Config, Database, Transactional } from '#platform';
import { asInvoice, type Invoice, type InvoiceKind } from './invoice.entity.ts';

/** What a paper is issued about. */
export interface NewInvoice {
  readonly kind: InvoiceKind;
  readonly reference: string;
  readonly organizationId: string;
  readonly practitionerId: string;
  readonly paymentId: string | null;
  readonly payoutId: string | null;
  readonly payerUserId: string | null;
  /** Whose paper it is: it is written in their language. */
  readonly ownerUserId: string;
  readonly correctsId: string | null;
  readonly amount: Money;
  readonly tax: Money;
  readonly taxPercent: number;
}

/** Invoices as they are kept, numbered by kind and year without a gap. */
@Injectable()
export class InvoiceRecordsService {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly files: FilesService,
    private readonly accounts: AccountsService,
  ) {}

  all() {
    return this.database.query.selectFrom('invoices').selectAll();
  }

  async find(kind: InvoiceKind, reference: string): Promise<Invoice | undefined> {
    const row = await this.all()
      .where('kind', '=', kind)
      .where('reference', '=', reference)
      .executeTakeFirst();
    return row && asInvoice(row);
  }

  /** What the papers about a payment come to so far. Whoever adds one holds `lock`. */
  async sumOf(paymentId: string, currency: string): Promise<Money> {
    const { sum } = await this.database.query
      .selectFrom('invoices')
      .select(sql<number>`coalesce(sum(amount), 0)::bigint`.as('sum'))
      .where('paymentId', '=', paymentId)
      .executeTakeFirstOrThrow();
    return money(sum, currency);
  }

  /** Papers about the same thing are issued one after the other. */
  async lock(reference: string): Promise<void> {
    await this.database.lock(`invoices:${reference}`);
  }

  /**
   * Gives the paper its number and its place. The number is taken last and its row is held until the transaction ends,
   * so that none is lost and none is given twice; no network is called meanwhile.
   */
  @Transactional()
  async issue(invoice: NewInvoice): Promise<Invoice> {
    const { ownerUserId, amount, tax, taxPercent, ...values } = invoice;
    const issuedAt = this.clock.now();
    const { language } = await this.accounts.byId(ownerUserId);
    const fileId = await this.files.reserve({
      ownerId: ownerUserId,
      purpose: 'accounting',
      contentType: 'application/pdf',
    });
    const { year } = issuedAt.toZonedDateTimeISO(this.config.env.SELLER_TIME_ZONE);
    const { lastNumber: number } = await this.database.query
      .insertInto('invoiceSeries')
      .values({ kind: invoice.kind, year, lastNumber: 1 })
      .onConflict((conflict) =>
        conflict
          .columns(['kind', 'year'])
          .doUpdateSet({ lastNumber: sql<number>`invoice_series.last_number + 1` }),
      )
      .returning('lastNumber')
      .executeTakeFirstOrThrow();
    const row = await this.database.query
      .insertInto('invoices')
      .values({
        ...values,
        id: newId(),
        year,
        number,
        amount: amount.amount,
        taxAmount: tax.amount,
        taxBasisPoints: Math.round(taxPercent * 100),
        currency: amount.currency,
        language,
        fileId,
        issuedAt,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return asInvoice(row);
  }
}
