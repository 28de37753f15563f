import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AuditModule } from '#audit';
import { FilesModule } from '#files';
import { AccountErasureService } from './account-erasure.service.ts';
import { AccountExportsService } from './account-exports.service.ts';
import { AccountParts } from './account-parts.ts';
import { AssembleExportHandler } from './assemble-export.handler.ts';
import { AuthAccountPart } from './auth.account-part.ts';
import { AuthModule } from './auth.module.ts';
import { ExpireExportHandler } from './expire-export.handler.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';

const DOOR = [AccountErasureService, AccountExportsService, AccountParts];

/** An account as a whole: everything that is kept of it, and its end. */
@Module({
  imports: [AuditModule, AuthModule, DiscoveryModule, FilesModule],
  providers: [...DOOR, AssembleExportHandler, AuthAccountPart, ExpireExportHandler, OnAccountErased],
  exports: DOOR,
})
export class AccountModule {}
