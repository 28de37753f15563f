import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { notFound } from '#kernel';

/** How many mails the list shows. */
const NEWEST = 100;

/** The name of a mail's file, without `.eml`: the time it was caught, then a random part. */
export const MailId = z.string().regex(/^\d{8}T\d{9}Z-[0-9a-f]{8}$/);

/** A mail that was caught instead of delivered. */
export interface CaughtMail {
  readonly id: string;
  readonly at: Temporal.Instant;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
  readonly attachments: readonly MailAttachment[];
}

interface MailAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly content: Uint8Array;
}

/** The newest mails of the folder, newest first. */
export async function caughtMails(folder: string): Promise<CaughtMail[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml')).sort();
  const ids = names.slice(-NEWEST).map((name) => name.slice(0, -'.eml'.length));
  return Promise.all(ids.reverse().map((id) => caughtMail(folder, id)));
}

/** @throws not_found `mail_not_found` */
export async function caughtMail(folder: string, id: string): Promise<CaughtMail> {
  const source = await readFile(join(folder, `${id}.eml`)).catch(() => {
    throw notFound('mail');
  });
  // A development dependency: production has no folder of caught mails, and never comes here.
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(source);
  return {
    id,
    at: caughtAt(id),
    from: mail.from?.address ?? '',
    to: (mail.to ?? []).map(({ address }) => address ?? '').join(', '),
    subject: mail.subject ?? '',
    messageId: mail.messageId ?? '',
    text: mail.text ?? '',
    attachments: mail.attachments.map(({ filename, mimeType, content }) => ({
      name: filename ?? 'invite.ics',
      contentType: mimeType,
      content: asWritten(mimeType, content),
    })),
  };
}

/** `20260303T083000123Z-…` */
function caughtAt(id: string): Temporal.Instant {
  const [, day, time, fraction] = /^(\d{8})T(\d{6})(\d{3})Z/.exec(id) ?? [];
  return Temporal.Instant.from(`${day}T${time}.${fraction}Z`);
}

/** The parser makes LF of a calendar's CRLF, which RFC 5545 demands. */
function asWritten(contentType: string, content: ArrayBuffer | Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
  const isCalendar = contentType === 'text/calendar' || contentType === 'application/ics';
  return isCalendar ? Buffer.from(new TextDecoder().decode(bytes).replaceAll(/\r?\n/g, '\r\n')) : bytes;
}
