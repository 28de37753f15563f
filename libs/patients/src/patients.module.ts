import { Module } from '@nestjs/common';
import { AuditModule } from '#audit';
import { DependantsService } from './dependants.service.ts';
import { PatientsService } from './patients.service.ts';

const DOOR = [DependantsService, PatientsService];

@Module({ imports: [AuditModule], providers: DOOR, exports: DOOR })
export class PatientsModule {}
