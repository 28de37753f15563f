import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { InvoicesService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { InvoiceAnswer, ListInvoices, PaperAnswer, toInvoice, toPaper } from './invoices.dto.ts';

@Controller('api/payments')
export class InvoicesController {
  constructor(private readonly invoices: InvoicesService) {}

  @Get('invoices')
  @Operation({
    summary:
      'Receipts, credit notes and invoices about one’s own payments or payouts; an administrator sees all',
    access: 'authenticated',
    answers: InvoiceAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListInvoices }) { page, filter }: z.output<typeof ListInvoices>,
  ) {
    return mapPage(await this.invoices.list(actor, filter, page), toInvoice);
  }

  @Get('invoices/:id')
  @Operation({
    summary: 'A receipt, credit note or invoice',
    access: 'authenticated',
    answers: InvoiceAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toInvoice(await this.invoices.visible(actor, id));
  }

  @Get('invoices/:id/download')
  @Operation({
    summary: 'The PDF of a receipt, credit note or invoice',
    access: 'authenticated',
    answers: PaperAnswer,
    fails: ['not_found'],
  })
  async download(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toPaper(await this.invoices.open(actor, id));
  }

  @Get('transactions/:id/receipt')
  @Operation({
    summary: 'The receipt of a payment, as a PDF',
    access: 'authenticated',
    answers: PaperAnswer,
    fails: ['not_found', 'conflict'],
  })
  async receipt(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toPaper(await this.invoices.openReceipt(actor, id));
  }
}
