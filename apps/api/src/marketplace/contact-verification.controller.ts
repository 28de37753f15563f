import { Body, Controller, Post } from '@nestjs/common';
import type { z } from 'zod';
import { ContactVerificationService } from '#auth';
import type { UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { toVerification, VerificationAnswer, VerifyEmail, VerifyPhone } from './contact-verification.dto.ts';

/** One operation in two steps: without a code it sends one, with a code it takes it. */
@Controller('api/auth/verify')
export class ContactVerificationController {
  constructor(private readonly verification: ContactVerificationService) {}

  @Post('phone')
  @Operation({
    summary: 'Verify a phone number: send a code by text message, then take it',
    description:
      'Without `code`, six digits are sent to `phone`, or to the number of the profile. With `code` the ' +
      'number that it was sent to is verified, and is the profile’s from then on. A code works for ten ' +
      'minutes and five guesses, until the next one is sent.',
    access: 'authenticated',
    limit: 'authentication',
    answers: VerificationAnswer,
    fails: ['conflict', 'gone', 'rate_limited'],
  })
  async phone(
    @CurrentActor() actor: UserActor,
    @Body({ schema: VerifyPhone }) { phone, code }: z.output<typeof VerifyPhone>,
  ) {
    return toVerification(
      code === undefined
        ? await this.verification.sendToPhone(actor, phone)
        : await this.verification.confirm(actor, 'phone', code),
    );
  }

  @Post('email')
  @Operation({
    summary: 'Verify the e-mail address: send a code by mail, then take it',
    description:
      'Without `code`, six digits are sent to the address of the account; with it, they are taken.',
    access: 'authenticated',
    limit: 'authentication',
    answers: VerificationAnswer,
    fails: ['conflict', 'gone', 'rate_limited'],
  })
  async email(
    @CurrentActor() actor: UserActor,
    @Body({ schema: VerifyEmail }) { code }: z.output<typeof VerifyEmail>,
  ) {
    return toVerification(
      code === undefined
        ? await this.verification.sendToEmail(actor)
        : await this.verification.confirm(actor, 'email', code),
    );
  }
}
