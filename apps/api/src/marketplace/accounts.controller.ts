import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AccountAdministrationService } from '#auth';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { AccountAnswer, ChangeStatus, ListAccounts, toAccount } from './accounts.dto.ts';

@Controller('api/auth')
export class AccountsController {
  constructor(private readonly accounts: AccountAdministrationService) {}

  @Get('list')
  @Operation({ summary: 'All accounts', access: ['admin'], answers: AccountAnswer, paged: true })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListAccounts }) { page, ...filter }: z.output<typeof ListAccounts>,
  ) {
    return mapPage(await this.accounts.list(actor, filter, page), toAccount);
  }

  @Get('users/:id')
  @Operation({ summary: 'One account', access: ['admin'], answers: AccountAnswer, fails: ['not_found'] })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toAccount(await this.accounts.get(actor, id));
  }

  @Patch('users/:id')
  @Operation({
    summary: 'Disable an account, which ends its sessions, or enable it again',
    access: ['admin'],
    answers: AccountAnswer,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async changeStatus(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ChangeStatus }) change: z.output<typeof ChangeStatus>,
  ) {
    return toAccount(await this.accounts.setStatus(actor, id, change));
  }
}
