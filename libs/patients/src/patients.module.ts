import { Module } from '@nestjs/common';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { DependantsService } from './dependants.service.ts';
import { HandoverOffersService } from './handovers/handover-offers.service.ts';
import { HandoverRecords } from './handovers/handover-records.ts';
import { ForgetHandovers, RemindOfAge } from './handovers/handover-upkeep.handlers.ts';
import { HandoversService } from './handovers/handovers.service.ts';
import { InviteToChartHandler } from './handovers/invite-to-chart.handler.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { PatientsAccountPart } from './patients.account-part.ts';
import { PatientsService } from './patients.service.ts';

const DOOR = [DependantsService, HandoverOffersService, HandoversService, PatientsService];

@Module({
  imports: [AuditModule, AuthModule],
  providers: [
    ...DOOR,
    ForgetHandovers,
    HandoverRecords,
    InviteToChartHandler,
    OnAccountErased,
    PatientsAccountPart,
    RemindOfAge,
  ],
  exports: DOOR,
})
export class PatientsModule {}
