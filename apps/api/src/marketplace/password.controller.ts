import { Body, Controller, Post } from '@nestjs/common';
import type { z } from 'zod';
import { PasswordResetsService, PasswordsService } from '#auth';
import type { Actor, UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { ChangePassword, ForgotPassword, ResetPassword } from './password.dto.ts';

@Controller('api/auth/password')
export class PasswordController {
  constructor(
    private readonly passwords: PasswordsService,
    private readonly resets: PasswordResetsService,
  ) {}

  @Post('forgot')
  @Operation({
    summary: 'Have a link for a new password mailed; the answer is the same for an address that nobody has',
    access: 'public',
    limit: 'authentication',
    status: 202,
    message: 'If an account has this address, a link is on its way.',
  })
  async forgot(
    @CurrentActor() actor: Actor,
    @Body({ schema: ForgotPassword }) { email }: z.output<typeof ForgotPassword>,
  ) {
    await this.resets.request(actor, email);
  }

  @Post('reset')
  @Operation({
    summary: 'Set a password with the token of the mailed link; every session ends',
    access: 'public',
    limit: 'authentication',
    message: 'The password is set. Log in.',
    fails: ['gone'],
  })
  async reset(
    @CurrentActor() actor: Actor,
    @Body({ schema: ResetPassword }) { token, password }: z.output<typeof ResetPassword>,
  ) {
    await this.resets.complete(actor, token, password);
  }

  @Post('change')
  @Operation({
    summary: 'Set a password with the old one; every other session ends',
    access: 'authenticated',
    limit: 'authentication',
    message: 'The password is changed.',
    fails: ['conflict'],
  })
  async change(
    @CurrentActor() actor: UserActor,
    @Body({ schema: ChangePassword }) { current, password }: z.output<typeof ChangePassword>,
  ) {
    await this.passwords.change(actor, current, password);
  }
}
