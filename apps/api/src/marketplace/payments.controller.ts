import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import {
  CheckoutReturnService,
  CheckoutService,
  maySeeCommission,
  type Payment,
  PaymentsService,
  RefundsService,
} from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  CheckoutHandover,
  IntentAnswer,
  ListTransactions,
  PayFor,
  TransactionAnswer,
  toIntent,
  toTransaction,
} from './payments.dto.ts';
import { RefundAnswer, RefundPart, toRefund } from './refunds.dto.ts';

@Controller('api/payments')
export class PaymentsController {
  constructor(
    private readonly checkout: CheckoutService,
    private readonly checkoutReturn: CheckoutReturnService,
    private readonly payments: PaymentsService,
    private readonly refunds: RefundsService,
  ) {}

  // No saved answers for Idempotency-Key here: repeating it is harmless, and its secret is not to be stored.
  @Post('intent')
  @Operation({
    summary: 'Open the payment of a held visit; again, the same one while it is open',
    description: 'The amount is the fee of the visit. The provider’s webhook confirms the visit.',
    access: 'authenticated',
    answers: IntentAnswer,
    status: 201,
    message: 'Pay before the slot is given up.',
    fails: ['forbidden', 'not_found', 'conflict', 'gone'],
  })
  async createIntent(
    @CurrentActor() actor: UserActor,
    @Body({ schema: PayFor }) { appointmentId }: z.output<typeof PayFor>,
  ) {
    return toIntent(await this.checkout.createIntent(actor, appointmentId));
  }

  @Post('transactions')
  @Operation({
    summary: 'Open the payment of a held visit: the same as /intent/',
    access: 'authenticated',
    answers: IntentAnswer,
    status: 201,
    message: 'Pay before the slot is given up.',
    fails: ['forbidden', 'not_found', 'conflict', 'gone'],
  })
  async create(
    @CurrentActor() actor: UserActor,
    @Body({ schema: PayFor }) { appointmentId }: z.output<typeof PayFor>,
  ) {
    return toIntent(await this.checkout.createIntent(actor, appointmentId));
  }

  @Get('transactions')
  @Operation({
    summary: 'What one has paid, or was paid for as a doctor; an administrator sees all',
    access: 'authenticated',
    answers: TransactionAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListTransactions }) query: z.output<typeof ListTransactions>,
  ) {
    const { page, appointment_id, doctor_id, ...filter } = query;
    const found = await this.payments.list(
      actor,
      { ...filter, appointmentId: appointment_id, practitionerId: doctor_id },
      page,
    );
    return mapPage(found, (payment) => asSeenBy(actor, payment));
  }

  @Get('transactions/:id')
  @Operation({
    summary: 'A payment',
    access: 'authenticated',
    answers: TransactionAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return asSeenBy(actor, await this.payments.visible(actor, id));
  }

  // No saved answers for Idempotency-Key here: repeating it is harmless.
  @Post('transactions/:id/confirm')
  @Operation({
    summary: 'The patient has paid in the provider’s checkout: ask the provider, before its webhook comes',
    description:
      'Takes what the checkout handed to the browser: the result of Razorpay’s `handler`; nothing with Stripe.',
    access: 'authenticated',
    answers: TransactionAnswer,
    fails: ['forbidden', 'not_found'],
  })
  async confirm(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: CheckoutHandover }) handover: z.output<typeof CheckoutHandover>,
  ) {
    return asSeenBy(actor, await this.checkoutReturn.confirm(actor, id, handover));
  }

  @Post('transactions/:id/refund')
  @Idempotent()
  @Operation({
    summary: 'Give back a payment, or a part of it',
    access: ['admin'],
    answers: RefundAnswer,
    status: 201,
    message: 'The refund is on its way.',
    fails: ['not_found', 'conflict'],
  })
  async refund(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: RefundPart }) part: z.output<typeof RefundPart>,
  ) {
    return toRefund(await this.refunds.request(actor, { paymentId: id, ...part }));
  }
}

function asSeenBy(actor: UserActor, payment: Payment) {
  return toTransaction(payment, maySeeCommission(actor, payment));
}
