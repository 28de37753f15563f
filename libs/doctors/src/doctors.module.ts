import { Module } from '@nestjs/common';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { OrganizationsModule } from '#organizations';
import { DoctorsAccountPart } from './doctors.account-part.ts';
import { DoctorsService } from './doctors.service.ts';
import { KycService } from './kyc.service.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';

@Module({
  imports: [AuditModule, AuthModule, OrganizationsModule],
  providers: [DoctorsAccountPart, DoctorsService, KycService, OnAccountErased],
  exports: [DoctorsService, KycService],
})
export class DoctorsModule {}
