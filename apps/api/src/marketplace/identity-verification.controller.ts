import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { IdentityDecisionsService, IdentityVerificationsService } from '#auth';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  BeginVerification,
  BegunVerificationAnswer,
  DecideIdentity,
  ListedVerificationAnswer,
  ListVerifications,
  OwnIdentityAnswer,
  ShownVerificationAnswer,
  toBegunVerification,
  toListedVerification,
  toOwnIdentity,
  toShownVerification,
} from './identity-verification.dto.ts';

@Controller('api/auth/verify/identity')
export class IdentityVerificationController {
  constructor(
    private readonly verifications: IdentityVerificationsService,
    private readonly decisions: IdentityDecisionsService,
  ) {}

  @Post()
  @Operation({
    summary: 'Announce papers that show who one is; they wait for a decision when all files have come',
    access: 'authenticated',
    limit: 'upload',
    answers: BegunVerificationAnswer,
    status: 201,
    message: 'Send the files to their addresses, and say when each is there.',
    fails: ['conflict', 'too_large'],
  })
  async begin(
    @CurrentActor() actor: UserActor,
    @Body({ schema: BeginVerification }) papers: z.output<typeof BeginVerification>,
  ) {
    return toBegunVerification(await this.verifications.begin(actor, papers));
  }

  @Get()
  @Operation({
    summary: 'Whether it is verified who one is, and one’s newest attempt',
    access: 'authenticated',
    answers: OwnIdentityAnswer,
  })
  async own(@CurrentActor() actor: UserActor) {
    return toOwnIdentity(await this.verifications.own(actor));
  }

  @Get('requests')
  @Operation({
    summary: 'Attempts of everybody, the oldest first',
    access: ['admin'],
    answers: ListedVerificationAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListVerifications }) { page, ...filter }: z.output<typeof ListVerifications>,
  ) {
    return mapPage(await this.decisions.list(actor, filter, page), toListedVerification);
  }

  @Get('requests/:id')
  @Operation({
    summary: 'An attempt with links to its papers',
    access: ['admin'],
    answers: ShownVerificationAnswer,
    fails: ['not_found'],
  })
  async show(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toShownVerification(await this.decisions.show(actor, id));
  }

  @Post('requests/:id/decide')
  @Operation({
    summary: 'Decide whether the papers show who the person is',
    access: ['admin'],
    answers: ListedVerificationAnswer,
    message: 'Decided.',
    fails: ['forbidden', 'not_found', 'conflict'],
  })
  async decide(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: DecideIdentity }) decision: z.output<typeof DecideIdentity>,
  ) {
    return toListedVerification(await this.decisions.decide(actor, id, decision));
  }
}
