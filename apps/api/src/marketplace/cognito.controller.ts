import { Body, Controller, Get, Post } from '@nestjs/common';
import type { z } from 'zod';
import { AccountsService, CognitoService } from '#auth';
import type { Actor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { UserAgent } from '../http/user-agent.decorator.ts';
import { LoginAnswer, toLogin } from './auth.dto.ts';
import { CognitoAuthorizationAnswer, CognitoCallback, toAuthorization } from './cognito.dto.ts';

@Controller('api/auth/cognito')
export class CognitoController {
  constructor(
    private readonly cognito: CognitoService,
    private readonly accounts: AccountsService,
  ) {}

  @Get('authorize')
  @Operation({
    summary: 'Where and as whom a client starts the hosted login (authorization code with PKCE)',
    access: 'public',
    answers: CognitoAuthorizationAnswer,
    fails: ['not_found'],
  })
  authorize() {
    return toAuthorization(this.cognito.authorization());
  }

  @Post('callback')
  @Operation({
    summary: 'Log in with the code that the hosted login gave; the first time it links or opens the account',
    access: 'public',
    limit: 'authentication',
    answers: LoginAnswer,
    message: 'Logged in.',
    fails: ['unauthenticated', 'forbidden', 'not_found', 'conflict'],
  })
  async callback(
    @CurrentActor() actor: Actor,
    @Body({ schema: CognitoCallback }) body: z.output<typeof CognitoCallback>,
    @UserAgent() userAgent?: string,
  ) {
    const { timeZone, ...code } = body;
    const { userId, ...pair } = await this.cognito.logIn(actor, code, { timeZone, userAgent });
    return toLogin(pair, await this.accounts.byId(userId));
  }
}
