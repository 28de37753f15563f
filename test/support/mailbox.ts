import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import type { TestServer } from './app.ts';

/** A mail as its recipient got it. */
export interface ReceivedMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  /** The invitation for the calendar that a mail program would act on. */
  readonly calendar?: CalendarMessage;
}

/** The properties of a calendar message with one event, by name, unfolded and unescaped. */
interface CalendarMessage {
  /** As the mail announces it, which must be what the calendar says itself. */
  readonly method: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly attendees: readonly string[];
}

/** What one person has received, oldest first. */
export async function mailsTo(app: TestServer, email: string): Promise<ReceivedMail[]> {
  const files = (await readdir(app.mailFolder)).filter((name) => name.endsWith('.eml')).sort();
  const mails = await Promise.all(files.map((name) => received(join(app.mailFolder, name))));
  return mails.filter((mail) => mail.to === email);
}

/** The text messages that a phone number has received, oldest first. */
export async function smsTo(app: TestServer, phone: string): Promise<string[]> {
  const messages = await mailsTo(app, `${phone}@sms.invalid`);
  return messages.map(({ text }) => text.trim());
}

async function received(path: string): Promise<ReceivedMail> {
  const mail = await PostalMime.parse(await readFile(path));
  const invitation = mail.attachments.find(({ mimeType }) => mimeType === 'text/calendar');
  return {
    to: mail.to?.[0]?.address ?? '',
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    messageId: mail.messageId ?? '',
    ...(invitation && { calendar: asCalendar(asText(invitation.content), invitation.method ?? '') }),
  };
}

/** Reads RFC 5545 content lines; the mail parser has made LF of CRLF. An alarm's properties are not the event's. */
function asCalendar(text: string, method: string): CalendarMessage {
  const lines = text.replaceAll('\n ', '').split('\n');
  const properties: Record<string, string> = {};
  const attendees: string[] = [];
  const inside: string[] = [];
  for (const line of lines.slice(0, -1)) {
    const [, name, value] = /^([A-Z-]+)(?:;(?:"[^"]*"|[^":])*)?:(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Not a content line: ${line}`);
    if (name === 'BEGIN') inside.push(value);
    else if (name === 'END' && inside.pop() !== value) throw new Error(`Out of place: ${line}`);
    else if (name === 'ATTENDEE') attendees.push(value.replace(/^mailto:/i, ''));
    else if (name !== 'END' && inside.at(-1) !== 'VALARM') properties[name] = unescaped(value);
  }
  if (inside.length > 0) throw new Error(`Not closed: ${inside.join()}`);
  return { method, properties, attendees };
}

function asText(content: ArrayBuffer | Uint8Array | string): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}

function unescaped(value: string): string {
  return value.replaceAll(/\\([\\;,nN])/g, (_, sign: string) => (/n/i.test(sign) ? '\n' : sign));
}
