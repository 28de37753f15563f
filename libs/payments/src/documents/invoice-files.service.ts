import { Injectable } from '@nestjs/common';
import { AccountsService } from '#auth';
import { DoctorsService } from '#doctors';
import { type FileLink, FilesService } from '#files';
import { systemActor } from '#kernel';
import { PracticesService } from '#organizations';
import { Config, Translator } from '#platform';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { PayoutLinesService } from '../payouts/payout-lines.service.ts';
import { PayoutRecordsService } from '../payouts/payout-records.service.ts';
import { asInvoice, type Invoice } from './invoice.entity.ts';
import { type AboutCommission, type AboutVisit, invoicePaper, type Seller } from './invoice-paper.ts';
import { InvoiceRecordsService } from './invoice-records.service.ts';
import { Words } from './paper.ts';

/** The PDFs of invoices: rendered once, and kept as they are. */
@Injectable()
export class InvoiceFilesService {
  constructor(
    private readonly config: Config,
    private readonly files: FilesService,
    private readonly translator: Translator,
    private readonly accounts: AccountsService,
    private readonly doctors: DoctorsService,
    private readonly practices: PracticesService,
    private readonly payments: PaymentReader,
    private readonly payouts: PayoutRecordsService,
    private readonly lines: PayoutLinesService,
    private readonly invoices: InvoiceRecordsService,
  ) {}

  /** Puts the PDF there, unless it is there. */
  async fill(invoice: Invoice): Promise<void> {
    await this.files.fill(invoice.fileId, () => this.#render(invoice));
  }

  /** For a caller that has checked who asks. */
  async link(invoice: Invoice): Promise<FileLink> {
    await this.fill(invoice);
    return this.files.link(invoice.fileId, invoice.number);
  }

  async #render(invoice: Invoice): Promise<Uint8Array> {
    const { kind, number, issuedAt, amount, tax, taxPercent, language } = invoice;
    const doctor = await this.doctors.byId(invoice.practitionerId);
    const practice = await this.practices.get(invoice.organizationId);
    const { country, name, address = null } = practice;
    const about = await this.#about(invoice, {
      doctor: doctor.name,
      practice: name,
      practiceAddress: address,
    });
    // PDFKit and its fonts are loaded when the first paper is printed.
    const { renderPaper } = await import('./paper.template.ts');
    return renderPaper(
      invoicePaper(
        {
          kind,
          number,
          issuedAt,
          amount,
          tax,
          taxPercent,
          seller: this.#seller(),
          buyer: await this.#buyer(invoice, [doctor.name, name, ...(address ?? '').split('\n')]),
          country,
          about,
        },
        new Words(this.translator, language),
      ),
    );
  }

  async #about(
    { paymentId, payoutId, correctsId }: Invoice,
    provider: Pick<AboutVisit, 'doctor' | 'practice' | 'practiceAddress'>,
  ): Promise<AboutVisit | AboutCommission> {
    if (paymentId === null) {
      const payout = await this.payouts.get(payoutId ?? '');
      const lines = await this.lines.ofPayout(payout.id);
      const visits = lines.filter(({ kind }) => kind === 'earning_released').length;
      return { payoutId: payout.id, period: payout.period, visits };
    }
    const payment = await this.payments.visible(systemActor('invoices'), paymentId);
    const corrects =
      correctsId === null
        ? null
        : await this.invoices.all().where('id', '=', correctsId).executeTakeFirstOrThrow();
    return {
      ...provider,
      appointmentId: payment.appointmentId,
      paidAt: payment.succeededAt ?? payment.createdAt,
      payment: `${payment.provider} ${payment.providerReference ?? ''}`,
      corrects: corrects && asInvoice(corrects).number,
    };
  }

  async #buyer({ payerUserId }: Invoice, practice: readonly string[]): Promise<readonly string[]> {
    if (payerUserId === null) return practice.filter(Boolean);
    const { firstName, lastName } = await this.accounts.byId(payerUserId);
    return [`${firstName} ${lastName}`];
  }

  #seller(): Seller {
    const { SELLER_NAME, SELLER_ADDRESS, SELLER_TAX_ID, SELLER_TIME_ZONE } = this.config.env;
    return {
      name: SELLER_NAME ?? 'Televisit',
      address: SELLER_ADDRESS,
      taxId: SELLER_TAX_ID ?? null,
      timeZone: SELLER_TIME_ZONE,
    };
  }
}
