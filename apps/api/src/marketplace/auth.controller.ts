import { Body, Controller, Get, Headers, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AccountsService, SessionsService } from '#auth';
import { type Actor, mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  ListUsers,
  LogIn,
  LoginAnswer,
  Refresh,
  Register,
  TokensAnswer,
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
    @Headers('user-agent') userAgent?: string,
  ) {
    const user = await this.accounts.register(actor, account);
    return toLogin(await this.sessions.open(actor, user.id, { origin: 'password', userAgent }), user);
  }

  @Post('login')
  @Operation({
    summary: 'Log in with e-mail and password',
    access: 'public',
    limit: 'authentication',
    answers: LoginAnswer,
    message: 'Logged in.',
    fails: ['unauthenticated', 'forbidden'],
  })
  async logIn(
    @CurrentActor() actor: Actor,
    @Body({ schema: LogIn }) credentials: z.output<typeof LogIn>,
    @Headers('user-agent') userAgent?: string,
  ) {
    const { userId, ...pair } = await this.sessions.logIn(actor, credentials, userAgent);
    return toLogin(pair, await this.accounts.byId(userId));
  }

  @Post('refresh')
  @Operation({
    summary: 'Trade a refresh token for a new pair; each refresh token works once',
    access: 'public',
    answers: TokensAnswer,
    fails: ['unauthenticated'],
  })
  async refresh(@Body({ schema: Refresh }) body: z.output<typeof Refresh>) {
    return toTokens(await this.sessions.refresh(body.refresh_token));
  }

  @Post('logout')
  @Operation({ summary: 'End this session at once', access: 'authenticated', message: 'Logged out.' })
  async logOut(@CurrentActor() actor: UserActor) {
    await this.sessions.logOut(actor);
  }

  @Get('me')
  @Operation({ summary: 'The account that is logged in', access: 'authenticated', answers: UserAnswer })
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

  @Get('list')
  @Operation({ summary: 'All accounts', access: ['admin'], answers: UserAnswer, paged: true })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListUsers }) query: z.output<typeof ListUsers>,
  ) {
    const { page, ...filter } = query;
    return mapPage(await this.accounts.list(actor, filter, page), toUser);
  }
}
