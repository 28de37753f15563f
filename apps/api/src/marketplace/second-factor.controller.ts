import { Body, Controller, Delete, Get, Header, Post } from '@nestjs/common';
import type { z } from 'zod';
import { SecondFactorEnrolmentService, SecondFactorService } from '#auth';
import type { UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  BothKeys,
  ConfirmSecondFactor,
  EnrolmentAnswer,
  RecoveryCodesAnswer,
  SecondFactorAnswer,
  toEnrolment,
  toRecoveryCodes,
  toSecondFactor,
} from './second-factor.dto.ts';

@Controller('api/auth/second-factor')
export class SecondFactorController {
  constructor(
    private readonly enrolment: SecondFactorEnrolmentService,
    private readonly factor: SecondFactorService,
  ) {}

  @Get()
  @Operation({
    summary: 'Whether the second factor is on, and how many recovery codes are left',
    access: 'authenticated',
    enrolling: true,
    answers: SecondFactorAnswer,
  })
  async get(@CurrentActor() actor: UserActor) {
    return toSecondFactor(await this.factor.get(actor));
  }

  @Post()
  @Header('cache-control', 'no-store')
  @Operation({
    summary: 'Begin with a second factor: a new secret for an authenticator app (TOTP)',
    access: 'authenticated',
    enrolling: true,
    answers: EnrolmentAnswer,
    message: 'Confirm with a code of the authenticator.',
    fails: ['conflict'],
  })
  async begin(@CurrentActor() actor: UserActor) {
    return toEnrolment(await this.enrolment.begin(actor));
  }

  @Post('confirm')
  @Header('cache-control', 'no-store')
  @Operation({
    summary: 'Turn the second factor on with a code; answers the recovery codes, and ends the other sessions',
    access: 'authenticated',
    limit: 'authentication',
    enrolling: true,
    answers: RecoveryCodesAnswer,
    message: 'The second factor is on.',
    fails: ['conflict', 'rate_limited'],
  })
  async confirm(
    @CurrentActor() actor: UserActor,
    @Body({ schema: ConfirmSecondFactor }) { code }: z.output<typeof ConfirmSecondFactor>,
  ) {
    return toRecoveryCodes(await this.enrolment.confirm(actor, code));
  }

  @Delete()
  @Operation({
    summary: 'Turn the second factor off',
    access: 'authenticated',
    limit: 'authentication',
    message: 'The second factor is off.',
    fails: ['conflict', 'rate_limited'],
  })
  async disable(
    @CurrentActor() actor: UserActor,
    @Body({ schema: BothKeys }) keys: z.output<typeof BothKeys>,
  ) {
    await this.factor.disable(actor, keys);
  }

  @Post('recovery-codes')
  @Header('cache-control', 'no-store')
  @Operation({
    summary: 'New recovery codes in place of the old ones',
    access: 'authenticated',
    limit: 'authentication',
    answers: RecoveryCodesAnswer,
    message: 'The old codes no longer work.',
    fails: ['conflict', 'rate_limited'],
  })
  async renewRecoveryCodes(
    @CurrentActor() actor: UserActor,
    @Body({ schema: BothKeys }) keys: z.output<typeof BothKeys>,
  ) {
    return toRecoveryCodes(await this.factor.renewRecoveryCodes(actor, keys));
  }
}
