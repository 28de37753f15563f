import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { EncountersService } from '#emr';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  CreateEncounter,
  EncounterAnswer,
  ListEncounters,
  SignedEncounterAnswer,
  toEncounter,
  toSignedEncounter,
  UpdateEncounter,
} from './emr-encounters.dto.ts';

@Controller('api/emr/encounters')
export class EmrEncountersController {
  constructor(private readonly encounters: EncountersService) {}

  @Get()
  @Operation({
    summary: 'Encounters of oneself, or of the patients one treats, newest first',
    description: 'A draft is seen by its author only.',
    access: 'authenticated',
    answers: EncounterAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListEncounters }) { page, ...filter }: z.output<typeof ListEncounters>,
  ) {
    return mapPage(await this.encounters.list(actor, filter, page), toEncounter);
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Open the record of a visit that has begun, as a draft',
    access: ['doctor'],
    answers: EncounterAnswer,
    status: 201,
    message: 'The draft is saved.',
    fails: ['not_found', 'conflict'],
  })
  async create(
    @CurrentActor() actor: UserActor,
    @Body({ schema: CreateEncounter }) { appointmentId, content }: z.output<typeof CreateEncounter>,
  ) {
    return toEncounter(await this.encounters.create(actor, appointmentId, content));
  }

  @Get(':id')
  @Operation({
    summary: 'An encounter with every version that was signed',
    access: 'authenticated',
    answers: SignedEncounterAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    const encounter = await this.encounters.get(actor, id);
    return toSignedEncounter(encounter, await this.encounters.versions(encounter));
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Save a draft, finalize it, or amend what was signed; fields that are left out stay',
    access: ['doctor'],
    answers: EncounterAnswer,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateEncounter }) changes: z.output<typeof UpdateEncounter>,
  ) {
    return toEncounter(await this.encounters.update(actor, id, changes));
  }
}
