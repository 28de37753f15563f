import { Module } from '@nestjs/common';
import { PatientsService } from './patients.service.ts';

@Module({ providers: [PatientsService], exports: [PatientsService] })
export class PatientsModule {}
