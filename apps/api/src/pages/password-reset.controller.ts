import { Body, Controller, Get, Header, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { MIN_PASSWORD_LENGTH, PasswordResetsService } from '#auth';
import { type Actor, DomainError } from '#kernel';
import { Translator } from '#platform';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { ReaderLanguage } from '../http/reader-language.decorator.ts';
import {
  RESET_SCRIPT,
  RESET_STYLE,
  type ResetWords,
  resetEndPage,
  resetPage,
} from './password-reset.page.ts';

const ResetForm = z.object({ token: z.string().max(200), password: z.string().max(128) });

/** Where the link in a password mail leads, unless the operator has a page of their own for it. */
@Controller('reset-password')
export class PasswordResetController {
  constructor(
    private readonly resets: PasswordResetsService,
    private readonly translator: Translator,
  ) {}

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
  form(@ReaderLanguage() language: ReaderLanguage) {
    return resetPage(this.#words(language));
  }

  @Post()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Operation({ summary: 'Takes the form', access: 'public', limit: 'authentication' })
  async submit(
    @CurrentActor() actor: Actor,
    @ReaderLanguage() language: ReaderLanguage,
    @Body({ schema: ResetForm }) { token, password }: z.output<typeof ResetForm>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const words = this.#words(language);
    try {
      await this.resets.complete(actor, token, password);
      return resetEndPage(words, 'done');
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.kind === 'gone') {
        reply.code(410);
        return resetEndPage(words, 'void');
      }
      if (error.code !== 'password_too_weak') throw error;
      reply.code(400);
      return resetPage(words, token, words.text(`weak.${String(error.details['reason'])}`));
    }
  }

  #words(language: ReaderLanguage): ResetWords {
    const values = { length: MIN_PASSWORD_LENGTH };
    return { language, text: (key) => this.translator.text(language, `auth:reset_page.${key}`, values) };
  }
}
