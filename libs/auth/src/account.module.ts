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
import { IdentityDecisionsService } from './identity-decisions.service.ts';
import { DiscardPapers, ExpireIdentities } from './identity-upkeep.handlers.ts';
import { IdentityVerificationReader } from './identity-verification-reader.ts';
import { IdentityVerificationsService } from './identity-verifications.service.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { OnIdentityFileAccepted, OnIdentityFileRejected } from './on-identity-file.handlers.ts';

const DOOR = [
  AccountErasureService,
  AccountExportsService,
  AccountParts,
  IdentityDecisionsService,
  IdentityVerificationsService,
];

/** An account beyond the login: whose it is, everything that is kept of it, and its end. */
@Module({
  imports: [AuditModule, AuthModule, DiscoveryModule, FilesModule],
  providers: [
    ...DOOR,
    AssembleExportHandler,
    AuthAccountPart,
    DiscardPapers,
    ExpireExportHandler,
    ExpireIdentities,
    IdentityVerificationReader,
    OnAccountErased,
    OnIdentityFileAccepted,
    OnIdentityFileRejected,
  ],
  exports: DOOR,
})
export class AccountModule {}
