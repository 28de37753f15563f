import { Module } from '@nestjs/common';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { FilesModule } from '#files';
import { OrganizationsModule } from '#organizations';
import { DoctorSearch } from './doctor-search.service.ts';
import { DoctorsAccountPart } from './doctors.account-part.ts';
import { DoctorsService } from './doctors.service.ts';
import { KycService } from './kyc.service.ts';
import { KycRecordsService } from './kyc-records.service.ts';
import { LicenceLapseHandler } from './licence-lapse.handler.ts';
import { LicenceRecords } from './licence-records.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { OnAccountDisabled, OnAccountEnabled } from './on-account-status.handlers.ts';
import { OnFileAccepted } from './on-file-accepted.handler.ts';

@Module({
  imports: [AuditModule, AuthModule, FilesModule, OrganizationsModule],
  providers: [
    DoctorSearch,
    DoctorsAccountPart,
    DoctorsService,
    KycRecordsService,
    KycService,
    LicenceLapseHandler,
    LicenceRecords,
    OnAccountDisabled,
    OnAccountEnabled,
    OnAccountErased,
    OnFileAccepted,
  ],
  exports: [DoctorSearch, DoctorsService, KycRecordsService, KycService],
})
export class DoctorsModule {}
