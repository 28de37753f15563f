import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { AccountErasureService, AccountExportsService } from '#auth';
import type { UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { AccountExportAnswer, EraseAccount, EraseOwnAccount, toAccountExport } from './account.dto.ts';

@Controller('api/auth')
export class AccountController {
  constructor(
    private readonly exports: AccountExportsService,
    private readonly erasure: AccountErasureService,
  ) {}

  @Post('export')
  @Operation({
    summary: 'Have everything that is kept of oneself put together in one file',
    access: 'authenticated',
    answers: AccountExportAnswer,
    status: 202,
    message: 'Your data are being put together.',
  })
  async request(@CurrentActor() actor: UserActor) {
    return toAccountExport({ export: await this.exports.request(actor), link: null });
  }

  @Get('export')
  @Operation({
    summary: 'How far one’s newest export is, and where its file is when it is ready',
    access: 'authenticated',
    answers: AccountExportAnswer,
    fails: ['not_found'],
  })
  async latest(@CurrentActor() actor: UserActor) {
    return toAccountExport(await this.exports.latest(actor));
  }

  @Delete('profile')
  @Operation({
    summary: 'Erase one’s account; health records, the ledger and the audit trail stay, without the person',
    description:
      'Refused with `account_in_use` and the list of `obstacles` while a visit is to come or money is open.',
    access: 'authenticated',
    limit: 'authentication',
    message: 'Your account is erased.',
    fails: ['forbidden', 'not_found', 'conflict'],
  })
  async eraseOwn(
    @CurrentActor() actor: UserActor,
    @Body({ schema: EraseOwnAccount }) wish: z.output<typeof EraseOwnAccount>,
  ) {
    await this.erasure.eraseOwn(actor, wish);
  }

  @Delete('users/:id')
  @Operation({
    summary: 'Erase the account of somebody who has asked for it',
    access: ['admin'],
    message: 'The account is erased.',
    fails: ['not_found', 'conflict'],
  })
  async erase(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) userId: string,
    @Body({ schema: EraseAccount }) request: z.output<typeof EraseAccount>,
  ) {
    await this.erasure.eraseFor(actor, { ...request, userId });
  }
}
