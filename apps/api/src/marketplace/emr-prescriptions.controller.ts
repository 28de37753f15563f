import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { PrescriptionPdfsService, PrescriptionsService, VerificationService } from '#emr';
import { type Actor, mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id, RequiredText } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  CreatePrescription,
  LinkAnswer,
  ListPrescriptions,
  PrescriptionAnswer,
  toLink,
  toPrescription,
  toVerification,
  UpdatePrescription,
  VerificationAnswer,
} from './emr-prescriptions.dto.ts';

@Controller('api/emr')
export class EmrPrescriptionsController {
  constructor(
    private readonly prescriptions: PrescriptionsService,
    private readonly pdfs: PrescriptionPdfsService,
    private readonly verification: VerificationService,
  ) {}

  @Get('prescriptions')
  @Operation({
    summary: 'Prescriptions of oneself, or of the patients one treats, newest first',
    description: 'A draft is seen by its author only.',
    access: 'authenticated',
    answers: PrescriptionAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListPrescriptions }) { page, ...filter }: z.output<typeof ListPrescriptions>,
  ) {
    return mapPage(await this.prescriptions.list(actor, filter, page), toPrescription);
  }

  @Post('prescriptions')
  @Idempotent()
  @Operation({
    summary: 'Write a prescription in a visit, as a draft or issued at once',
    access: ['doctor'],
    answers: PrescriptionAnswer,
    status: 201,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async create(
    @CurrentActor() actor: UserActor,
    @Body({ schema: CreatePrescription }) prescription: z.output<typeof CreatePrescription>,
  ) {
    return toPrescription(await this.prescriptions.create(actor, prescription));
  }

  @Get('prescriptions/:id')
  @Operation({
    summary: 'A prescription',
    access: 'authenticated',
    answers: PrescriptionAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toPrescription(await this.prescriptions.get(actor, id));
  }

  @PutAndPatch('prescriptions/:id')
  @Operation({
    summary: 'Change a draft, issue it, or cancel what was issued; fields that are left out stay',
    access: ['doctor'],
    answers: PrescriptionAnswer,
    message: 'Saved.',
    fails: ['not_found', 'conflict'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdatePrescription }) changes: z.output<typeof UpdatePrescription>,
  ) {
    return toPrescription(await this.prescriptions.update(actor, id, changes));
  }

  @Post('prescriptions/:id/pdf')
  @Operation({
    summary: 'Generate the PDF of an issued prescription; once, however often it is asked for',
    access: 'authenticated',
    answers: LinkAnswer,
    message: 'The PDF is ready.',
    fails: ['not_found', 'conflict'],
  })
  async pdf(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toLink(await this.pdfs.generate(actor, id));
  }

  @Get('verify/:code')
  @Operation({
    summary: 'Whether a paper prescription is genuine and still stands, for anybody who holds it',
    access: 'public',
    answers: VerificationAnswer,
    fails: ['not_found'],
  })
  async verify(@CurrentActor() actor: Actor, @Param('code', { schema: RequiredText(40) }) code: string) {
    return toVerification(await this.verification.verify(actor, code));
  }
}
