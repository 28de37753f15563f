import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { KycRecordsService, KycService } from '#doctors';
import { forbidden, hasRole, mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  DoctorReference,
  KycAnswer,
  ListedLicenceAnswer,
  ListLicences,
  toKyc,
  toListedLicence,
  UpdateKyc,
} from './kyc.dto.ts';

@Controller('api/doctors')
export class KycController {
  constructor(
    private readonly kyc: KycService,
    private readonly records: KycRecordsService,
  ) {}

  @Get('kyc')
  @Operation({
    summary: 'Licences that doctors sent in, with their evidence and what was decided',
    access: ['admin'],
    answers: ListedLicenceAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListLicences }) { page, ...filter }: z.output<typeof ListLicences>,
  ) {
    return mapPage(await this.records.list(actor, filter, page), toListedLicence);
  }

  @Post('kyc/update')
  @Operation({
    summary: 'A doctor sends licence and documents; an administrator approves, rejects or revokes',
    description:
      'A doctor sends `license_number`, `license_country`, `license_expiry` and announces `documents`; each ' +
      'goes to its `upload` address, then to `POST /api/files/{id}/complete/`. When all are checked the licence ' +
      'is submitted. A licence in force stays so until another one is approved, or it ends. ' +
      'An administrator sends `doctor_id` and `status`: `approved`, or `rejected` or `revoked` with a `reason`.',
    access: ['doctor', 'admin'],
    answers: KycAnswer,
    message: 'Saved.',
    fails: ['not_found', 'conflict', 'too_large'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Body({ schema: UpdateKyc }) body: z.output<typeof UpdateKyc>,
  ) {
    if (!('doctorId' in body)) {
      const tickets = await this.kyc.submit(actor, body);
      return toKyc(await this.records.get(actor, 'me'), { tickets });
    }
    if (!hasRole(actor, 'admin'))
      throw forbidden('role_required', 'Only an administrator decides on a licence.');
    await this.kyc.decide(actor, body);
    return toKyc(await this.records.get(actor, body.doctorId));
  }

  @Get(':id/kyc')
  @Operation({
    summary: 'What a doctor (`me` for oneself) sent in, with links to the documents, and what was decided',
    access: ['doctor', 'admin'],
    answers: KycAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: DoctorReference }) id: string) {
    const record = await this.records.get(actor, id);
    return toKyc(record, { links: await this.records.links(record) });
  }
}
