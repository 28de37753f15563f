import { Module } from '@nestjs/common';
import { AuditModule } from '#audit';
import { AccountAdministrationService } from './accounts/account-administration.service.ts';
import { AccountClaims } from './accounts/account-claims.ts';
import { AccountsService } from './accounts/accounts.service.ts';
import { CognitoProvider } from './cognito/cognito.provider.ts';
import { CognitoService } from './cognito/cognito.service.ts';
import { CognitoTokens } from './cognito/cognito-tokens.ts';
import { IdentitiesService } from './cognito/identities.service.ts';
import { ContactCodes } from './contacts/contact-codes.ts';
import { ContactVerificationService } from './contacts/contact-verification.service.ts';
import { SendCodeHandler } from './contacts/send-code.handler.ts';
import { TellOwnerHandler } from './contacts/tell-owner.handler.ts';
import { DerivedSecrets } from './derived-secrets.ts';
import { AnswerPasswordResetHandler } from './passwords/answer-password-reset.handler.ts';
import { OwnerProof } from './passwords/owner-proof.ts';
import { PasswordLoginsService } from './passwords/password-logins.service.ts';
import { PasswordResetsService } from './passwords/password-resets.service.ts';
import { PasswordsService } from './passwords/passwords.service.ts';
import { RecoveryCodeSets } from './second-factor/recovery-code-sets.ts';
import { SecondFactorService } from './second-factor/second-factor.service.ts';
import { SecondFactorCodes } from './second-factor/second-factor-codes.ts';
import { SecondFactorEnrolmentService } from './second-factor/second-factor-enrolment.service.ts';
import { SecurityTrail } from './security-trail.ts';
import { AuthenticationService } from './sessions/authentication.service.ts';
import { ForgetExpiredHandler } from './sessions/forget-expired.handler.ts';
import { LoginsService } from './sessions/logins.service.ts';
import { SessionsService } from './sessions/sessions.service.ts';
import { TokenIssuer } from './sessions/token-issuer.ts';

const DOOR = [
  AccountAdministrationService,
  AccountsService,
  AuthenticationService,
  CognitoService,
  ContactVerificationService,
  IdentitiesService,
  LoginsService,
  OwnerProof,
  PasswordLoginsService,
  PasswordResetsService,
  PasswordsService,
  SecondFactorEnrolmentService,
  SecondFactorService,
  SessionsService,
  TokenIssuer,
];
const INSIDE = [
  AccountClaims,
  CognitoProvider,
  CognitoTokens,
  ContactCodes,
  DerivedSecrets,
  RecoveryCodeSets,
  SecondFactorCodes,
  SecurityTrail,
];
const HANDLERS = [AnswerPasswordResetHandler, ForgetExpiredHandler, SendCodeHandler, TellOwnerHandler];

@Module({ imports: [AuditModule], providers: [...DOOR, ...INSIDE, ...HANDLERS], exports: DOOR })
export class AuthModule {}
