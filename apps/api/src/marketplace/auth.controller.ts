import { Body, Controller, Get, Post } from '@nestjs/common';
import type { z } from 'zod';
import { AccountsService, PasswordLoginsService, SessionsService } from '#auth';
import type { Actor, UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import { UserAgent } from '../http/user-agent.decorator.ts';
import {
  CompleteLogin,
  isChallenge,
  LogIn,
  LoginAnswer,
  LoginOrChallengeAnswer,
  Refresh,
  Register,
  TokensAnswer,
  toChallenge,
  toLogin,
  toTokens,
  toUser,
  UpdateProfile,
  UserAnswer,
} from './auth.dto.ts';

@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly logins: PasswordLoginsService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('register')
  @Operation({
    summary: 'Register a patient or a doctor, and log in',
    access: 'public',
    limit: 'authentication',
    answers: LoginAnswer,
    status: 201,
    message: 'Registered.',
    fails: ['conflict'],
  })
  async register(
    @CurrentActor() actor: Actor,
    @Body({ schema: Register }) account: z.output<typeof Register>,
    @UserAgent() userAgent?: string,
  ) {
    const user = await this.accounts.register(actor, account);
    return toLogin(await this.sessions.open(actor, user.id, { origin: 'password', userAgent }), user);
  }

  @Post('login')
  @Operation({
    summary: 'Log in with e-mail and password; an account with a second factor gets a challenge for it',
    access: 'public',
    limit: 'authentication',
    answers: LoginOrChallengeAnswer,
    message: 'Password accepted.',
    fails: ['unauthenticated', 'forbidden'],
  })
  async logIn(
    @CurrentActor() actor: Actor,
    @Body({ schema: LogIn }) credentials: z.output<typeof LogIn>,
    @UserAgent() userAgent?: string,
  ) {
    const login = await this.logins.begin(actor, credentials, userAgent);
    return isChallenge(login) ? toChallenge(login) : toLogin(login, await this.accounts.byId(login.userId));
  }

  @Post('login/second-factor')
  @Operation({
    summary: 'Complete a login with a code of the authenticator, or a recovery code',
    access: 'public',
    limit: 'authentication',
    answers: LoginAnswer,
    message: 'Logged in.',
    fails: ['unauthenticated', 'forbidden', 'rate_limited'],
  })
  async completeLogin(
    @CurrentActor() actor: Actor,
    @Body({ schema: CompleteLogin }) proof: z.output<typeof CompleteLogin>,
    @UserAgent() userAgent?: string,
  ) {
    const login = await this.logins.complete(actor, proof, userAgent);
    return toLogin(login, await this.accounts.byId(login.userId));
  }

  @Post('refresh')
  @Operation({
    summary:
      'Trade a refresh token for a new pair; each refresh token works once, or again within ten seconds',
    access: 'public',
    answers: TokensAnswer,
    fails: ['unauthenticated'],
  })
  async refresh(@Body({ schema: Refresh }) body: z.output<typeof Refresh>) {
    return toTokens(await this.sessions.refresh(body.refresh_token));
  }

  @Post('logout')
  @Operation({
    summary: 'End this session at once',
    access: 'authenticated',
    enrolling: true,
    message: 'Logged out.',
  })
  async logOut(@CurrentActor() actor: UserActor) {
    await this.sessions.logOut(actor);
  }

  @Get('me')
  @Operation({
    summary: 'The account that is logged in',
    access: 'authenticated',
    enrolling: true,
    answers: UserAnswer,
  })
  async me(@CurrentActor() actor: UserActor) {
    return toUser(await this.accounts.get(actor));
  }

  @Get('profile')
  @Operation({ summary: 'The profile of the account', access: 'authenticated', answers: UserAnswer })
  async profile(@CurrentActor() actor: UserActor) {
    return toUser(await this.accounts.get(actor));
  }

  @PutAndPatch('profile')
  @Operation({
    summary: 'Change the profile',
    access: 'authenticated',
    answers: UserAnswer,
    message: 'Saved.',
  })
  async updateProfile(
    @CurrentActor() actor: UserActor,
    @Body({ schema: UpdateProfile }) changes: z.output<typeof UpdateProfile>,
  ) {
    return toUser(await this.accounts.update(actor, changes));
  }
}
