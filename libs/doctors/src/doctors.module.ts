import { Module } from '@nestjs/common';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { OrganizationsModule } from '#organizations';
import { DoctorsService } from './doctors.service.ts';
import { KycService } from './kyc.service.ts';

@Module({
  imports: [AuditModule, AuthModule, OrganizationsModule],
  providers: [DoctorsService, KycService],
  exports: [DoctorsService, KycService],
})
export class DoctorsModule {}
