import { Module } from '@nestjs/common';
import { AccountsService } from './accounts.service.ts';
import { AuthenticationService } from './authentication.service.ts';
import { CognitoProvider } from './cognito.provider.ts';
import { CognitoService } from './cognito.service.ts';
import { CognitoTokens } from './cognito-tokens.ts';
import { LoginsService } from './logins.service.ts';
import { SessionsService } from './sessions.service.ts';
import { TokenIssuer } from './token-issuer.ts';

const DOOR = [
  AccountsService,
  AuthenticationService,
  CognitoService,
  LoginsService,
  SessionsService,
  TokenIssuer,
];

@Module({
  providers: [...DOOR, CognitoProvider, CognitoTokens],
  exports: DOOR,
})
export class AuthModule {}
