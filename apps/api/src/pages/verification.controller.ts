import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { VerificationService } from '#emr';
import { type Actor, DomainError } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { RequiredText } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { unknownCodePage, VERIFICATION_STYLE, verificationPage } from './verification.page.ts';

/** Where the QR code of a prescription leads: a page for whoever holds the paper. */
@Controller('verify')
export class VerificationController {
  constructor(private readonly verification: VerificationService) {}

  @Get('style.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'public, max-age=86400')
  @Operation({ summary: 'The style of the page', access: 'public' })
  style() {
    return VERIFICATION_STYLE;
  }

  @Get(':code')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Operation({ summary: 'Whether a prescription is genuine and still stands', access: 'public' })
  async page(
    @CurrentActor() actor: Actor,
    @Param('code', { schema: RequiredText(200) }) code: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    try {
      return verificationPage(await this.verification.verify(actor, code));
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'not_found') throw error;
      reply.code(404);
      return unknownCodePage();
    }
  }
}
