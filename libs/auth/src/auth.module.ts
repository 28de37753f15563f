import { Module } from '@nestjs/common';
import { AccountsService } from './accounts.service.ts';
import { AuthenticationService } from './authentication.service.ts';
import { SessionsService } from './sessions.service.ts';
import { TokenIssuer } from './token-issuer.ts';

@Module({
  providers: [AccountsService, AuthenticationService, SessionsService, TokenIssuer],
  exports: [AccountsService, AuthenticationService, SessionsService, TokenIssuer],
})
export class AuthModule {}
