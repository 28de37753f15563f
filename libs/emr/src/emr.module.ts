import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { DoctorsModule } from '#doctors';
import { FilesModule } from '#files';
import { OrganizationsModule } from '#organizations';
import { PatientsModule } from '#patients';
import { AuditTrail } from './access/audit-trail.service.ts';
import { BreakGlassService } from './access/break-glass.service.ts';
import { CarePolicy } from './access/care.policy.ts';
import { CareGrounds } from './access/care-grounds.ts';
import { DocumentsService } from './documents/documents.service.ts';
import { EmrAccountPart } from './emr.account-part.ts';
import { EncounterReader } from './encounters/encounter-reader.ts';
import { EncountersService } from './encounters/encounters.service.ts';
import { MedicalHistoriesService } from './history/medical-histories.service.ts';
import { LetterheadsService } from './pdf/letterheads.service.ts';
import { PrescriptionPdfsService } from './prescriptions/prescription-pdfs.service.ts';
import { PrescriptionReader } from './prescriptions/prescription-reader.ts';
import { PrescriptionSigning } from './prescriptions/prescription-signing.service.ts';
import { PrescriptionsService } from './prescriptions/prescriptions.service.ts';
import { VerificationService } from './prescriptions/verification.service.ts';
import { MedicalSummaryService } from './summary/medical-summary.service.ts';
import { SummaryPdfsService } from './summary/summary-pdfs.service.ts';
import { VitalTrendsService } from './vitals/vital-trends.service.ts';
import { VitalsService } from './vitals/vitals.service.ts';

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
