import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { UserActor } from '#kernel';
import { PaymentExportsService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  asFile,
  ExportEarnings,
  ExportPayouts,
  ExportPostings,
  ExportRefunds,
  ExportTransactions,
  SPREADSHEETS,
} from './payment-exports.dto.ts';

@Controller('api/payments/exports')
export class PaymentExportsController {
  constructor(private readonly exports: PaymentExportsService) {}

  @Get('transactions')
  @Operation({
    summary: 'Payments as CSV or XLSX, oldest first',
    access: ['admin'],
    produces: SPREADSHEETS,
    message: 'The file.',
  })
  async transactions(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ExportTransactions }) { format, filter }: z.output<typeof ExportTransactions>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const sheet = await this.exports.transactions(actor, filter);
    return asFile(sheet, 'transactions', format, request, reply);
  }

  @Get('refunds')
  @Operation({
    summary: 'Refunds as CSV or XLSX, oldest first',
    access: ['admin'],
    produces: SPREADSHEETS,
    message: 'The file.',
  })
  async refunds(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ExportRefunds }) { format, filter }: z.output<typeof ExportRefunds>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const sheet = await this.exports.refundsGiven(actor, filter);
    return asFile(sheet, 'refunds', format, request, reply);
  }

  @Get('payouts')
  @Operation({
    summary: 'Payouts as CSV or XLSX, oldest first',
    access: ['admin'],
    produces: SPREADSHEETS,
    message: 'The file.',
  })
  async payouts(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ExportPayouts }) { format, filter }: z.output<typeof ExportPayouts>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const sheet = await this.exports.payoutsMade(actor, filter);
    return asFile(sheet, 'payouts', format, request, reply);
  }

  @Get('ledger-postings')
  @Operation({
    summary: 'The postings of the ledger as CSV or XLSX, oldest first',
    access: ['admin'],
    produces: SPREADSHEETS,
    message: 'The file.',
  })
  async postings(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ExportPostings }) { format, filter }: z.output<typeof ExportPostings>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const sheet = await this.exports.postings(actor, filter);
    return asFile(sheet, 'ledger-postings', format, request, reply);
  }

  @Get('earnings')
  @Operation({
    summary: 'What a doctor has earned as CSV or XLSX: one’s own, or for an administrator that of doctor_id',
    access: ['doctor', 'admin'],
    produces: SPREADSHEETS,
    message: 'The file.',
    fails: ['not_found'],
  })
  async earnings(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ExportEarnings }) { format, occurred, doctorId }: z.output<typeof ExportEarnings>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return asFile(await this.exports.earnings(actor, occurred, doctorId), 'earnings', format, request, reply);
  }
}
