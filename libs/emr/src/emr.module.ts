import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { DoctorsModule } from '#doctors';
import { OrganizationsModule } from '#organizations';
import { PatientsModule } from '#patients';
import { CarePolicy } from './care.policy.ts';
import { DocumentsService } from './documents.service.ts';
import { EmrAccountPart } from './emr.account-part.ts';
import { EncounterReader } from './encounter-reader.ts';
import { EncountersService } from './encounters.service.ts';
import { LetterheadsService } from './letterheads.service.ts';
import { MedicalHistoriesService } from './medical-histories.service.ts';
import { MedicalSummaryService } from './medical-summary.service.ts';
import { PrescriptionPdfsService } from './prescription-pdfs.service.ts';
import { PrescriptionReader } from './prescription-reader.ts';
import { PrescriptionSigning } from './prescription-signing.service.ts';
import { PrescriptionsService } from './prescriptions.service.ts';
import { VerificationService } from './verification.service.ts';
import { VitalsService } from './vitals.service.ts';

const SERVICES = [
  DocumentsService,
  EncountersService,
  MedicalHistoriesService,
  MedicalSummaryService,
  PrescriptionPdfsService,
  PrescriptionsService,
  VerificationService,
  VitalsService,
];

@Module({
  imports: [AppointmentsModule, AuditModule, DoctorsModule, OrganizationsModule, PatientsModule],
  providers: [
    ...SERVICES,
    CarePolicy,
    EmrAccountPart,
    EncounterReader,
    LetterheadsService,
    PrescriptionReader,
    PrescriptionSigning,
  ],
  exports: SERVICES,
})
export class EmrModule {}
