import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { importJWK, type JWTPayload, jwtVerify } from 'jose';

/** A message as the browser of a subscription got it. */
interface PushedMessage {
  readonly subscription: string;
  readonly headers: IncomingHttpHeaders;
  /** What the server says of itself (RFC 8292), its signature verified. */
  readonly claims: JWTPayload;
  /** The VAPID public key that it signed with. */
  readonly key: string;
  // A test knows the shape of what it sent.
  // oxlint-disable-next-line no-explicit-any
  readonly payload: any;
}

interface Browser {
  readonly ecdh: ReturnType<typeof createECDH>;
  readonly auth: Buffer;
}

/** A push service with the browsers behind it: it checks who sends, and opens what only they can open. */
export interface PushService {
  readonly origin: string;
  readonly received: PushedMessage[];
  /** What is wrong with requests that were refused. */
  readonly problems: string[];
  /** A new browser's subscription, as it gives itself as JSON. */
  subscribe(): { endpoint: string; keys: { p256dh: string; auth: string } };
  /** The next requests are answered with these, before the normal answer returns. */
  readonly answers: number[];
  close(): Promise<void>;
}

export async function startPushService(): Promise<PushService> {
  const browsers = new Map<string, Browser>();
  const received: PushedMessage[] = [];
  const problems: string[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const respond = (status: number) => response.writeHead(status).end();
    const path = request.url ?? '';
    buffer(request)
      .then(async (body) => {
        const refusal = answers.shift();
        if (refusal) return respond(refusal);
        const browser = browsers.get(path);
        if (!browser) return respond(404);
        const { claims, key } = await verified(request.headers, origin);
        for (const name of ['ttl', 'urgency'])
          if (!request.headers[name]) throw new Error(`${name} is missing`);
        const payload = JSON.parse(opened(body, browser)) as unknown;
        received.push({ subscription: path, headers: request.headers, claims, key, payload });
        respond(201);
      })
      .catch((error: Error) => {
        problems.push(error.message);
        respond(400);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    received,
    problems,
    answers,
    subscribe() {
      const ecdh = createECDH('prime256v1');
      const auth = randomBytes(16);
      const path = `/push/${randomBytes(12).toString('base64url')}`;
      browsers.set(path, { ecdh, auth });
      const p256dh = ecdh.generateKeys().toString('base64url');
      return { endpoint: `${origin}${path}`, keys: { p256dh, auth: auth.toString('base64url') } };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** RFC 8292: a JWT for this origin, signed with the key that it names. */
async function verified({ authorization = '' }: IncomingHttpHeaders, origin: string) {
  const [, jwt = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization) ?? [];
  const point = Buffer.from(key, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  const publicKey = await importJWK({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, 'ES256');
  const { payload: claims } = await jwtVerify(jwt, publicKey, { audience: origin });
  if (!/^(mailto:.+@|https:)/.test(claims.sub ?? '')) throw new Error(`sub is ${claims.sub}`);
  return { claims, key };
}

const RECORD_KEY_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** RFC 8291 and RFC 8188 (aes128gcm), with one record. */
function opened(body: Buffer, { ecdh, auth }: Browser): string {
  const salt = body.subarray(0, 16);
  const idLength = body[20] ?? 0;
  const sender = body.subarray(21, 21 + idLength);
  const record = body.subarray(21 + idLength);
  const derive = (secret: Buffer, with_: Buffer, info: Buffer, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, with_, info, length));
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender]);
  const secret = derive(ecdh.computeSecret(sender), auth, info, 32);
  const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), RECORD_KEY_BYTES);
  const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), NONCE_BYTES);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(record.subarray(-TAG_BYTES));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -TAG_BYTES)), decipher.final()]);
  // The last record ends with 2 and padding.
  return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
}

/** What a server needs to speak to a push service of tests. */
export function pushEnvironment(service: PushService): Record<string, string> {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  return {
    WEB_PUSH_PUBLIC_KEY: pair.getPublicKey().toString('base64url'),
    WEB_PUSH_PRIVATE_KEY: Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
      .subarray(-32)
      .toString('base64url'),
    WEB_PUSH_TEST_SERVICE: service.origin,
  };
}
