import { Module } from '@nestjs/common';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { OrganizationsModule } from '#organizations';
import { DoctorSearch } from './doctor-search.service.ts';
import { DoctorsService } from './doctors.service.ts';
import { KycService } from './kyc.service.ts';

@Module({
  imports: [AuditModule, AuthModule, OrganizationsModule],
  providers: [DoctorSearch, DoctorsService, KycService],
  exports: [DoctorSearch, DoctorsService, KycService],
})
export class DoctorsModule {}
