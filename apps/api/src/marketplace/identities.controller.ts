import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { IdentitiesService } from '#auth';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { ChangeIdentity, IdentityAnswer, ListIdentities, toIdentity } from './identities.dto.ts';

@Controller('api/auth/identities')
export class IdentitiesController {
  constructor(private readonly identities: IdentitiesService) {}

  @Get()
  @Operation({
    summary: 'By whom else one can log in: the identities of other issuers that are linked to the account',
    access: 'authenticated',
    answers: IdentityAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListIdentities }) { page, ...filter }: z.output<typeof ListIdentities>,
  ) {
    return mapPage(await this.identities.list(actor, filter, page), toIdentity);
  }

  @Delete(':id')
  @Operation({
    summary: 'Let nobody in any more by way of an identity, if there is another way to log in',
    access: 'authenticated',
    limit: 'authentication',
    message: 'Unlinked.',
    fails: ['forbidden', 'not_found', 'conflict'],
  })
  async unlink(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ChangeIdentity }) { password }: z.output<typeof ChangeIdentity>,
  ) {
    await this.identities.unlink(actor, id, password);
  }

  @Post(':id/link')
  @Operation({
    summary: 'Allow logins by way of an identity again that was unlinked',
    access: 'authenticated',
    limit: 'authentication',
    message: 'Linked.',
    fails: ['forbidden', 'not_found'],
  })
  async relink(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ChangeIdentity }) { password }: z.output<typeof ChangeIdentity>,
  ) {
    await this.identities.relink(actor, id, password);
  }
}
