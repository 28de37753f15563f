import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import type { UserActor } from '#kernel';
import { PayoutAccountsService, PayoutOnboardingService } from '#payments';
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
  constructor(
    private readonly accounts: PayoutAccountsService,
    private readonly onboarding: PayoutOnboardingService,
  ) {}

  @Get()
  @Operation({
    summary: 'Where a doctor is paid out to: one’s own, or for an administrator that of doctor_id',
    access: ['doctor', 'admin'],
    answers: PayoutAccountAnswer,
    fails: ['not_found'],
  })
  async get(
    @CurrentActor() actor: UserActor,
    @Query({ schema: AskPayoutAccount }) { doctor_id, currency }: z.output<typeof AskPayoutAccount>,
  ) {
    return toPayoutAccount(await this.accounts.get(actor, doctor_id, currency));
  }

  // No saved answers for Idempotency-Key here: a link works once, and neither it nor the details are to be stored.
  @Post()
  @Operation({
    summary: 'Open one’s account to be paid out to, once; again, a fresh link or other details',
    description:
      'Where the provider asks the doctor itself, at `onboarding_url`. For INR there may be no such page ' +
      '(`payout_details_required`): then `details` are sent on to the provider; of them all only the last ' +
      'four digits of the bank account are kept.',
    access: ['doctor'],
    answers: OpenedPayoutAccountAnswer,
    status: 201,
    message: 'Answer the provider’s questions at onboarding_url, where there is one.',
    fails: ['not_found', 'conflict'],
  })
  async open(
    @CurrentActor() actor: UserActor,
    @Body({ schema: OpenPayoutAccount }) onboarding: z.output<typeof OpenPayoutAccount>,
  ) {
    return toOpenedPayoutAccount(await this.onboarding.open(actor, onboarding));
  }
}
