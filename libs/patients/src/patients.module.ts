import { Module } from '@nestjs/common';
import { AuditModule } from '#audit';
import { DependantsService } from './dependants.service.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { PatientsAccountPart } from './patients.account-part.ts';
import { PatientsService } from './patients.service.ts';

const DOOR = [DependantsService, PatientsService];

@Module({
  imports: [AuditModule],
  providers: [...DOOR, OnAccountErased, PatientsAccountPart],
  exports: DOOR,
})
export class PatientsModule {}
