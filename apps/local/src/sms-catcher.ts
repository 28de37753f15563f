import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { keepMessage } from './caught-messages.ts';
import { LOOPBACK } from './ports.ts';

/**
 * The numbers that Twilio refuses from accounts on trial, with its error codes.
 * https://www.twilio.com/docs/iam/test-credentials
 */
const REFUSED: Readonly<Record<string, { code: number; message: string }>> = {
  '+15005550001': { code: 21_211, message: "The 'To' number is not a valid phone number." },
  '+15005550002': { code: 21_612, message: "The 'To' number cannot be reached from this account." },
  '+15005550004': { code: 21_610, message: "The 'To' number has unsubscribed." },
  '+15005550009': { code: 21_614, message: "The 'To' number cannot receive text messages." },
};

export interface SmsCatcher {
  url: string;
  close(): Promise<void>;
}

export interface SmsCatcherOptions {
  port: number;
  /** Where mails are caught too: a text message to +33… becomes one to `+33…@sms.invalid`. */
  folder: string;
  accountSid: string;
  authToken: string;
}

/** Twilio's Messages API on loopback, as far as sending goes. Nothing leaves the machine. */
export async function startSmsCatcher(options: SmsCatcherOptions): Promise<SmsCatcher> {
  const server = createServer((request, response) => {
    answer(request, options).then(
      ({ status, body }) => send(response, status, body),
      (error: Error) => send(response, 500, { code: 20_500, message: error.message, status: 500 }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, LOOPBACK, resolve);
  });
  return {
    url: `http://${LOOPBACK}:${options.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

async function answer(request: IncomingMessage, options: SmsCatcherOptions): Promise<Answer> {
  const uri = `/2010-04-01/Accounts/${options.accountSid}/Messages.json`;
  if (request.method !== 'POST' || request.url !== uri) {
    return refusal(404, 20_404, 'The requested resource was not found.');
  }
  if (!isSigned(request, options)) return refusal(401, 20_003, 'Authenticate');
  const form = new URLSearchParams(await text(request));
  const [to, from, body] = [
    form.get('To'),
    form.get('From') ?? form.get('MessagingServiceSid'),
    form.get('Body'),
  ];
  if (!to) return refusal(400, 21_604, "A 'To' phone number is required.");
  if (!from) return refusal(400, 21_603, "A 'From' phone number is required.");
  if (!body) return refusal(400, 21_602, 'Message body is required.');
  const refused = REFUSED[to] ?? (/^\+[1-9]\d{6,14}$/.test(to) ? undefined : REFUSED['+15005550001']);
  if (refused) return refusal(400, refused.code, refused.message);
  await keepMessage(Readable.from(asMail(to, from, body)), options.folder);
  return {
    status: 201,
    body: {
      sid: `SM${randomBytes(16).toString('hex')}`,
      account_sid: options.accountSid,
      api_version: '2010-04-01',
      body,
      date_created: new Date().toUTCString().replace('GMT', '+0000'),
      date_sent: null,
      direction: 'outbound-api',
      error_code: null,
      error_message: null,
      from,
      num_media: '0',
      num_segments: '1',
      price: null,
      price_unit: 'USD',
      status: 'queued',
      to,
      uri,
    },
  };
}

function isSigned({ headers }: IncomingMessage, { accountSid, authToken }: SmsCatcherOptions): boolean {
  const expected = Buffer.from(`Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`);
  const given = Buffer.from(headers.authorization ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function refusal(status: number, code: number, message: string): Answer {
  return {
    status,
    body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function asMail(to: string, from: string, body: string): string {
  return [
    `From: ${from}@sms.invalid`,
    `To: ${to}@sms.invalid`,
    'Subject: SMS',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(body).toString('base64'),
    '',
  ].join('\r\n');
}
