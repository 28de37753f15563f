import { Injectable } from '@nestjs/common';
import { AccountsService } from '#auth';
import { DoctorsService } from '#doctors';
import { systemActor } from '#kernel';
import { PracticesService } from '#organizations';
import { Config } from '#platform';
import { PaymentReader } from '../checkout/payment-reader.ts';
import { PayoutLinesService } from '../payouts/payout-lines.service.ts';
import { PayoutRecordsService } from '../payouts/payout-records.service.ts';
import { asInvoice, type Invoice } from './invoice.entity.ts';
import type { AboutCommission, AboutVisit, InvoiceContent, Seller } from './invoice-paper.ts';
import { InvoiceRecordsService } from './invoice-records.service.ts';

/** Gathers what stands on an invoice beside its figures, as it is at this moment. */
@Injectable()
export class InvoiceContentsService {
  constructor(
    private readonly config: Config,
    private readonly accounts: AccountsService,
    private readonly doctors: DoctorsService,
    private readonly practices: PracticesService,
    private readonly payments: PaymentReader,
    private readonly payouts: PayoutRecordsService,
    private readonly lines: PayoutLinesService,
    private readonly invoices: InvoiceRecordsService,
  ) {}

  async now(invoice: Invoice): Promise<InvoiceContent> {
    const { name: doctor } = await this.doctors.byId(invoice.practitionerId);
    const { name: practice, country, address = null } = await this.practices.get(invoice.organizationId);
    return {
      ...invoice,
      seller: this.#seller(),
      buyer: await this.#buyer(invoice, [doctor, practice, ...(address ?? '').split('\n')]),
      country,
      about:
        invoice.paymentId === null
          ? await this.#aboutCommission(invoice.payoutId ?? '')
          : {
              ...(await this.#aboutVisit(invoice.paymentId, invoice.correctsId)),
              doctor,
              practice,
              practiceAddress: address,
            },
    };
  }

  async #aboutCommission(id: string): Promise<AboutCommission> {
    const { period } = await this.payouts.get(id);
    const lines = await this.lines.ofPayout(id);
    return { payoutId: id, period, visits: lines.filter(({ kind }) => kind === 'earning_released').length };
  }

  async #aboutVisit(paymentId: string, correctsId: string | null) {
    const payment = await this.payments.visible(systemActor('invoices'), paymentId);
    const corrects =
      correctsId === null
        ? null
        : await this.invoices.all().where('id', '=', correctsId).executeTakeFirstOrThrow();
    return {
      appointmentId: payment.appointmentId,
      paidAt: payment.succeededAt ?? payment.createdAt,
      payment: `${payment.provider} ${payment.providerReference ?? ''}`,
      corrects: corrects && asInvoice(corrects).number,
    } satisfies Partial<AboutVisit>;
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
