import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AuditModule } from '#audit';
import { FilesModule } from '#files';
import { AuthModule } from '../auth.module.ts';
import { AccountExportsService } from '../exports/account-exports.service.ts';
import { AssembleExportHandler } from '../exports/assemble-export.handler.ts';
import { ExpireExportHandler } from '../exports/expire-export.handler.ts';
import { IdentityDecisionsService } from '../identity/identity-decisions.service.ts';
import { DiscardPapers, ExpireIdentities } from '../identity/identity-upkeep.handlers.ts';
import { IdentityVerificationReader } from '../identity/identity-verification-reader.ts';
import { IdentityVerificationsService } from '../identity/identity-verifications.service.ts';
import { OnIdentityFileAccepted, OnIdentityFileRejected } from '../identity/on-identity-file.handlers.ts';
import { AccountErasureService } from './account-erasure.service.ts';
import { AccountParts } from './account-parts.ts';
import { AuthAccountPart } from './auth.account-part.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';

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
