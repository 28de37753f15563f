import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { notFound } from '#kernel';
import { Config } from '#platform';
import { iso } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { listPage, mailPage, STYLE } from './dev-mail.page.ts';
import { type CaughtMail, caughtMail, caughtMails, MailId } from './mail-spool.ts';

const Format = z.object({ format: z.enum(['html', 'json']).default('html') });
const Index = z.coerce.number().int().min(0);

const HTML = 'text/html; charset=utf-8';

/**
 * The inbox of a development server: the mails that the catcher took. Part of the server only where
 * MAIL_SPOOL_DIR is set, which production refuses.
 */
@Controller('dev/mail')
export class DevMailController {
  readonly #folder: string;

  constructor(config: Config) {
    this.#folder = config.env.MAIL_SPOOL_DIR ?? '';
  }

  @Get()
  @Operation({ summary: 'The mails that were sent', access: 'public' })
  async list(
    @Query({ schema: Format }) { format }: z.output<typeof Format>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const mails = await caughtMails(this.#folder);
    if (format === 'json') return mails.map(toMail);
    reply.type(HTML);
    return listPage(mails);
  }

  @Get('style.css')
  @Operation({ summary: 'How the inbox looks', access: 'public' })
  @Header('Content-Type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE;
  }

  @Get(':id')
  @Operation({ summary: 'A mail', access: 'public', fails: ['not_found'] })
  async mail(
    @Param('id', { schema: MailId }) id: string,
    @Query({ schema: Format }) { format }: z.output<typeof Format>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const mail = await caughtMail(this.#folder, id);
    if (format === 'json') return toMail(mail);
    reply.type(HTML);
    return mailPage(mail);
  }

  @Get(':id/attachments/:index')
  @Operation({ summary: 'What is attached to a mail', access: 'public', fails: ['not_found'] })
  async attachment(
    @Param('id', { schema: MailId }) id: string,
    @Param('index', { schema: Index }) index: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const attachment = (await caughtMail(this.#folder, id)).attachments[index];
    if (!attachment) throw notFound('attachment');
    reply.type(attachment.contentType);
    reply.header(
      'content-disposition',
      `attachment; filename="${attachment.name.replaceAll(/[^\w.-]/g, '_')}"`,
    );
    return Buffer.from(attachment.content);
  }
}

function toMail(mail: CaughtMail) {
  return {
    id: mail.id,
    at: iso(mail.at),
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    message_id: mail.messageId,
    text: mail.text,
    attachments: mail.attachments.map(({ name, contentType }, index) => ({
      name,
      content_type: contentType,
      url: `/dev/mail/${mail.id}/attachments/${index}`,
    })),
  };
}
