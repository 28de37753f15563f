import { Body, Controller, Get, Header, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { PasswordResetsService } from '#auth';
import { type Actor, DomainError } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { RESET_SCRIPT, RESET_STYLE, resetDonePage, resetPage, resetVoidPage } from './password-reset.page.ts';

const ResetForm = z.object({ token: z.string().max(200), password: z.string().max(128) });

/** Where the link in a password mail leads, unless the operator has a page of their own for it. */
@Controller('reset-password')
export class PasswordResetController {
  constructor(private readonly resets: PasswordResetsService) {}

  @Get('style.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'public, max-age=86400')
  @Operation({ summary: 'The style of the page', access: 'public' })
  style() {
    return RESET_STYLE;
  }

  @Get('token.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', 'public, max-age=86400')
  @Operation({ summary: 'Takes the token from the address', access: 'public' })
  script() {
    return RESET_SCRIPT;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Operation({ summary: 'The form for a new password', access: 'public' })
  form() {
    return resetPage();
  }

  @Post()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Operation({ summary: 'Takes the form', access: 'public', limit: 'authentication' })
  async submit(
    @CurrentActor() actor: Actor,
    @Body({ schema: ResetForm }) { token, password }: z.output<typeof ResetForm>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    try {
      await this.resets.complete(actor, token, password);
      return resetDonePage();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.kind === 'gone') {
        reply.code(410);
        return resetVoidPage();
      }
      if (error.kind !== 'invalid') throw error;
      reply.code(400);
      return resetPage(token, error.message);
    }
  }
}
