import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import type { UserActor } from '#kernel';
import { PayoutAccountsService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  AskPayoutAccount,
  OpenedPayoutAccountAnswer,
  OpenPayoutAccount,
  PayoutAccountAnswer,
  toOpenedPayoutAccount,
  toPayoutAccount,
} from './payout-account.dto.ts';

@Controller('api/payments/payout-account')
export class PayoutAccountController {
  constructor(private readonly accounts: PayoutAccountsService) {}

  @Get()
  @Operation({
    summary: 'Where a doctor is paid out to: one’s own, or for an administrator that of doctor_id',
    access: ['doctor', 'admin'],
    answers: PayoutAccountAnswer,
    fails: ['not_found'],
  })
  async get(
    @CurrentActor() actor: UserActor,
    @Query({ schema: AskPayoutAccount }) { doctor_id }: z.output<typeof AskPayoutAccount>,
  ) {
    return toPayoutAccount(await this.accounts.get(actor, doctor_id));
  }

  // No saved answers for Idempotency-Key here: a link works once, and is not to be stored.
  @Post()
  @Operation({
    summary: 'Open one’s account to be paid out to, once, with a link to the provider’s own questions',
    access: ['doctor'],
    answers: OpenedPayoutAccountAnswer,
    status: 201,
    message: 'Answer the provider’s questions at onboarding_url.',
    fails: ['not_found'],
  })
  async open(
    @CurrentActor() actor: UserActor,
    @Body({ schema: OpenPayoutAccount }) { return_url }: z.output<typeof OpenPayoutAccount>,
  ) {
    return toOpenedPayoutAccount(await this.accounts.open(actor, return_url));
  }
}
