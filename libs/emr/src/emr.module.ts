import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { DoctorsModule } from '#doctors';
import { FilesModule } from '#files';
import { OrganizationsModule } from '#organizations';
import { PatientsModule } from '#patients';
import { AuditTrail } from './audit-trail.service.ts';
import { BreakGlassService } from './break-glass.service.ts';
import { CarePolicy } from './care.policy.ts';
import { CareGrounds } from './care-grounds.ts';
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
import { SummaryPdfsService } from './summary-pdfs.service.ts';
import { VerificationService } from './verification.service.ts';
import { VitalTrendsService } from './vital-trends.service.ts';
import { VitalsService } from './vitals.service.ts';

const SERVICES = [
  AuditTrail,
  BreakGlassService,
  DocumentsService,
  EncountersService,
  MedicalHistoriesService,
  MedicalSummaryService,
  PrescriptionPdfsService,
  PrescriptionsService,
  SummaryPdfsService,
  VerificationService,
  VitalsService,
  VitalTrendsService,
];

@Module({
  imports: [AppointmentsModule, AuditModule, DoctorsModule, FilesModule, OrganizationsModule, PatientsModule],
  providers: [
    ...SERVICES,
    CareGrounds,
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
