import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import addressparser from 'nodemailer/lib/addressparser';
import webPush, { type Urgency } from 'web-push';
import { Config, isPublicAddress, publicLookup } from '#platform';
import { pushEndpointRefused, pushNotAvailable } from '../notifications.errors.ts';

/** Where a browser listens, and the keys that only it can open a message with (RFC 8291). */
export interface PushTarget {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

interface PushMessage {
  readonly text: string;
  readonly ttlSeconds: number;
  readonly urgency: Urgency;
}

/** The push service did not take a message. */
export class PushRefused extends Error {
  constructor(readonly status: number) {
    super(`The push service answered ${status}.`);
    this.name = 'PushRefused';
  }
}

/** How long a push service may take to answer, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Web push: encrypts a message for one browser (RFC 8291), signs for this server (RFC 8292), and hands it to
 * the browser's push service (RFC 8030). Anybody may name an endpoint, so the server only ever connects to
 * addresses of the public internet, and follows no redirect.
 */
@Injectable()
export class WebPushProvider {
  constructor(private readonly config: Config) {}

  /** Whether this server has keys to sign with. */
  get available(): boolean {
    return this.config.env.WEB_PUSH_PUBLIC_KEY !== undefined;
  }

  /**
   * What a browser needs to subscribe: the VAPID public key, base64url.
   * @throws unavailable `push_not_available`
   */
  get publicKey(): string {
    this.assertAvailable();
    return this.config.env.WEB_PUSH_PUBLIC_KEY ?? '';
  }

  /** @throws unavailable `push_not_available` */
  assertAvailable(): void {
    if (!this.available) throw pushNotAvailable();
  }

  /** @throws invalid `push_endpoint_refused` */
  assertReachable(endpoint: string): void {
    const { protocol, hostname, port, username, password } = new URL(endpoint);
    if (this.#isTestService(endpoint)) return;
    const address = hostname.replace(/^\[(.*)\]$/, '$1');
    const isPublic = isIP(address) ? isPublicAddress(address) : /\.[a-z][a-z0-9-]*\.?$/i.test(hostname);
    if (protocol !== 'https:' || port !== '' || username || password || !isPublic)
      throw pushEndpointRefused();
  }

  /** @throws PushRefused; Error when the push service cannot be reached */
  async send({ endpoint, p256dh, auth }: PushTarget, message: PushMessage): Promise<void> {
    this.assertReachable(endpoint);
    const { WEB_PUSH_PRIVATE_KEY, MAIL_FROM } = this.config.env;
    const [operator] = addressparser(MAIL_FROM, { flatten: true });
    const { headers, body } = webPush.generateRequestDetails(
      { endpoint, keys: { p256dh, auth } },
      message.text,
      {
        TTL: message.ttlSeconds,
        urgency: message.urgency,
        vapidDetails: {
          subject: `mailto:${operator?.address}`,
          publicKey: this.publicKey,
          privateKey: WEB_PUSH_PRIVATE_KEY ?? '',
        },
      },
    );
    const status = await post(endpoint, headers, body, this.#isTestService(endpoint));
    if (status < 200 || status > 299) throw new PushRefused(status);
  }

  #isTestService(endpoint: string): boolean {
    const { WEB_PUSH_TEST_SERVICE } = this.config.env;
    return WEB_PUSH_TEST_SERVICE !== undefined && new URL(endpoint).origin === WEB_PUSH_TEST_SERVICE;
  }
}

/** The library's own way to send can neither choose whom it connects to nor speak to a test's service. */
function post(
  endpoint: string,
  headers: Record<string, string>,
  body: Buffer,
  anywhere: boolean,
): Promise<number> {
  const request = endpoint.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = request(
      endpoint,
      {
        method: 'POST',
        headers,
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...(!anywhere && { lookup: publicLookup }),
      },
      (answer: IncomingMessage) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asking.on('error', reject).end(body);
  });
}
