import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { RefundsService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import { CreateRefund, ListRefunds, RefundAnswer, toRefund, UpdateRefund } from './refunds.dto.ts';

@Controller('api/payments/refunds')
export class RefundsController {
  constructor(private readonly refunds: RefundsService) {}

  @Get()
  @Operation({ summary: 'All refunds', access: ['admin'], answers: RefundAnswer, paged: true })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListRefunds }) query: z.output<typeof ListRefunds>,
  ) {
    const { page, transaction_id, ...filter } = query;
    return mapPage(await this.refunds.list(actor, { ...filter, paymentId: transaction_id }, page), toRefund);
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Give back a payment, or a part of it',
    access: ['admin'],
    answers: RefundAnswer,
    status: 201,
    message: 'The refund is on its way.',
    fails: ['not_found', 'conflict'],
  })
  async create(
    @CurrentActor() actor: UserActor,
    @Body({ schema: CreateRefund }) request: z.output<typeof CreateRefund>,
  ) {
    return toRefund(await this.refunds.request(actor, request));
  }

  @Get(':id')
  @Operation({ summary: 'A refund', access: ['admin'], answers: RefundAnswer, fails: ['not_found'] })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toRefund(await this.refunds.get(actor, id));
  }

  @Post(':id/retry')
  @Idempotent()
  @Operation({
    summary: 'Have a refund made once more that failed; it is a new one',
    access: ['admin'],
    answers: RefundAnswer,
    status: 201,
    message: 'The refund is on its way.',
    fails: ['not_found', 'conflict'],
  })
  async retry(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toRefund(await this.refunds.retry(actor, id));
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Put the reason of a refund better; nothing else of it changes',
    access: ['admin'],
    answers: RefundAnswer,
    message: 'Saved.',
    fails: ['not_found'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateRefund }) { reason }: z.output<typeof UpdateRefund>,
  ) {
    return toRefund(await this.refunds.explain(actor, id, reason));
  }
}
