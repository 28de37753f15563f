import { Controller, Get, Header } from '@nestjs/common';
import { TokenIssuer } from '#auth';
import { Operation } from '../http/operation.decorator.ts';

@Controller('.well-known')
export class JwksController {
  constructor(private readonly issuer: TokenIssuer) {}

  /** Answers text, so that no surface's envelope is put around a document whose form is RFC 7517's. */
  @Get('jwks.json')
  @Operation({ summary: 'The public keys that access tokens are checked with', access: 'public' })
  @Header('Content-Type', 'application/jwk-set+json')
  @Header('Cache-Control', 'public, max-age=300')
  async keys(): Promise<string> {
    return JSON.stringify(await this.issuer.jwks());
  }
}
