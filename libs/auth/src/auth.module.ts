import { Module } from '@nestjs/common';
import { AuditModule } from '#audit';
import { AccountAdministrationService } from './account-administration.service.ts';
import { AccountClaims } from './account-claims.ts';
import { AccountsService } from './accounts.service.ts';
import { AnswerPasswordResetHandler } from './answer-password-reset.handler.ts';
import { AuthenticationService } from './authentication.service.ts';
import { CognitoProvider } from './cognito.provider.ts';
import { CognitoService } from './cognito.service.ts';
import { CognitoTokens } from './cognito-tokens.ts';
import { ContactCodes } from './contact-codes.ts';
import { ContactVerificationService } from './contact-verification.service.ts';
import { DerivedSecrets } from './derived-secrets.ts';
import { ForgetExpiredHandler } from './forget-expired.handler.ts';
import { LoginsService } from './logins.service.ts';
import { PasswordLoginsService } from './password-logins.service.ts';
import { PasswordResetsService } from './password-resets.service.ts';
import { PasswordsService } from './passwords.service.ts';
import { RecoveryCodeSets } from './recovery-code-sets.ts';
import { SecondFactorService } from './second-factor.service.ts';
import { SecondFactorCodes } from './second-factor-codes.ts';
import { SecondFactorEnrolmentService } from './second-factor-enrolment.service.ts';
import { SecurityTrail } from './security-trail.ts';
import { SendCodeHandler } from './send-code.handler.ts';
import { SessionsService } from './sessions.service.ts';
import { TellOwnerHandler } from './tell-owner.handler.ts';
import { TokenIssuer } from './token-issuer.ts';

const DOOR = [
  AccountAdministrationService,
  AccountsService,
  AuthenticationService,
  CognitoService,
  ContactVerificationService,
  LoginsService,
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
