import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { CallRecordsService, PreCallTestsService } from '#rtc';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  ListPreCallTests,
  PreCallTestAnswer,
  RecordAnswer,
  SavePreCallTest,
  toPreCallTest,
  toRecord,
} from './rtc-record.dto.ts';

/** What is known of a call before and after it. */
@Controller('api/rtc/rooms/:id')
export class RtcRecordController {
  constructor(
    private readonly records: CallRecordsService,
    private readonly tests: PreCallTestsService,
  ) {}

  @Get('record')
  @Operation({
    summary: 'Who was present when, how well the call went, and what was done',
    description: 'For the doctor of the visit and administrators. Nothing of what was said or shown is kept.',
    access: ['doctor', 'admin'],
    answers: RecordAnswer,
    fails: ['not_found'],
  })
  async record(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toRecord(await this.records.of(actor, id));
  }

  @Get('pre-call-tests')
  @Operation({
    summary: 'What devices and connections could do before the visit: to a patient their own, newest first',
    access: 'authenticated',
    answers: PreCallTestAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListPreCallTests }) { page, ...filter }: z.output<typeof ListPreCallTests>,
  ) {
    return mapPage(await this.tests.list(actor, id, filter, page), toPreCallTest);
  }

  @Post('pre-call-tests')
  @Operation({
    summary: 'Save what a test of devices and connection has found; the answer says what to expect',
    access: ['doctor', 'patient'],
    answers: PreCallTestAnswer,
    status: 201,
    message: 'Saved.',
    fails: ['not_found', 'gone'],
  })
  async save(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: SavePreCallTest }) findings: z.output<typeof SavePreCallTest>,
  ) {
    return toPreCallTest(await this.tests.save(actor, id, findings));
  }
}
