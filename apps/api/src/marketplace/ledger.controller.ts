import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { LedgerAccountsService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  AskBalances,
  BalancesAnswer,
  LedgerAccountAnswer,
  ListLedgerAccounts,
  ListPostings,
  PostingAnswer,
  toBalances,
  toLedgerAccount,
  toPosting,
} from './ledger.dto.ts';

@Controller('api/payments/ledger')
export class LedgerController {
  constructor(private readonly ledger: LedgerAccountsService) {}

  @Get('balances')
  @Operation({
    summary: 'The trial balance: each kind of account by currency, now or at an instant',
    access: ['admin'],
    answers: BalancesAnswer,
  })
  async balances(
    @CurrentActor() actor: UserActor,
    @Query({ schema: AskBalances }) { as_of }: z.output<typeof AskBalances>,
  ) {
    return toBalances(await this.ledger.balances(actor, as_of), as_of);
  }

  @Get('accounts')
  @Operation({
    summary: 'The accounts of the ledger with what is on them, now or at an instant',
    access: ['admin'],
    answers: LedgerAccountAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListLedgerAccounts }) { page, filter }: z.output<typeof ListLedgerAccounts>,
  ) {
    return mapPage(await this.ledger.list(actor, filter, page), toLedgerAccount);
  }

  @Get('accounts/:id')
  @Operation({
    summary: 'An account of the ledger with what is on it, now or at an instant',
    access: ['admin'],
    answers: LedgerAccountAnswer,
    fails: ['not_found'],
  })
  async get(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: AskBalances }) { as_of }: z.output<typeof AskBalances>,
  ) {
    return toLedgerAccount(await this.ledger.get(actor, id, as_of));
  }

  @Get('accounts/:id/postings')
  @Operation({
    summary: 'What was booked on an account, newest first',
    access: ['admin'],
    answers: PostingAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async postings(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListPostings }) { page, filter }: z.output<typeof ListPostings>,
  ) {
    return mapPage(await this.ledger.postings(actor, id, filter, page), toPosting);
  }
}
