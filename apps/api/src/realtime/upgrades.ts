import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { WebSocket, WebSocketServer } from 'ws';
import { DomainError, forbidden, invalid, unavailable } from '#kernel';
import { Config } from '#platform';
import { dialectOf } from '../http/dialects/dialect-of.ts';

/** What a gateway decides before the handshake is answered. */
export type Decision =
  | { readonly accept: (socket: WebSocket, request: IncomingMessage) => void }
  | { readonly refuse: DomainError };

export interface UpgradeRoute {
  /** For example `/ws/rtc/:room_id`; a slash at the end is allowed. */
  readonly path: string;
  readonly server: WebSocketServer;
  decide(params: Readonly<Record<string, string>>, request: IncomingMessage): Promise<Decision>;
}

/** The version of RFC 6455, the only one there is. */
const WEBSOCKET_VERSION = '13';

/**
 * The one listener for WebSocket handshakes. A gateway is asked before 101 is sent, so that nothing is
 * allocated for who may not come in. Browsers of foreign origins are refused.
 */
@Injectable()
export class Upgrades implements OnApplicationBootstrap {
  readonly #routes: { pattern: URLPattern; route: UpgradeRoute }[] = [];

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly config: Config,
  ) {}

  add(route: UpgradeRoute): void {
    this.#routes.push({ pattern: new URLPattern({ pathname: `${route.path}{/}?` }), route });
    route.server.on('wsClientError', ({ message }: Error, socket: Duplex, request: IncomingMessage) => {
      refuse(socket, request, invalid('malformed_handshake', message));
    });
  }

  /**
   * Takes no new connection from now on, so that a balancer leads everybody elsewhere; what is open stays
   * so. The framework closes the same server later, which does no harm.
   */
  stop(): void {
    this.adapter.httpAdapter.getHttpServer().close();
  }

  onApplicationBootstrap(): void {
    this.adapter.httpAdapter
      .getHttpServer()
      .on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        this.#upgrade(request, socket, head).catch(() => {
          refuse(socket, request, unavailable('unavailable', 'Please try again.'));
        });
      });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    if (request.headers['sec-websocket-version'] !== WEBSOCKET_VERSION) return askForVersion(socket, request);
    if (!this.#isOwnOrigin(request)) {
      return refuse(socket, request, forbidden('origin_not_allowed', 'Not from this page.'));
    }
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    for (const { pattern, route } of this.#routes) {
      const params = pattern.exec({ pathname })?.pathname.groups;
      if (!params) continue;
      const decision = await route.decide(params as Record<string, string>, request);
      if ('refuse' in decision) return refuse(socket, request, decision.refuse);
      return route.server.handleUpgrade(request, socket, head, decision.accept);
    }
    refuse(
      socket,
      request,
      new DomainError('not_found', 'route_not_found', 'There is nothing at this address.'),
    );
  }

  /** A client that is not a browser sends no origin and is known by its token. */
  #isOwnOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined) return true;
    const { ALLOWED_ORIGINS, BASE_URL } = this.config.env;
    if (ALLOWED_ORIGINS.includes('*') || ALLOWED_ORIGINS.includes(origin)) return true;
    return origin === new URL(BASE_URL).origin || (URL.canParse(origin) && new URL(origin).host === host);
  }
}

/** Answers as the same surface answers any other request that it refuses. */
function refuse(socket: Duplex, { url = '/' }: IncomingMessage, error: DomainError): void {
  const { status, body } = dialectOf(url).failure(error);
  answer(socket, status, ['Connection: close'], body);
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-4.4 */
function askForVersion(socket: Duplex, { url = '/' }: IncomingMessage): void {
  const { body } = dialectOf(url).failure(
    invalid('websocket_version', `Speak version ${WEBSOCKET_VERSION} of the WebSocket protocol.`),
  );
  const headers = [
    'Connection: close, Upgrade',
    'Upgrade: websocket',
    `Sec-WebSocket-Version: ${WEBSOCKET_VERSION}`,
  ];
  answer(socket, 426, headers, body);
}

function answer(socket: Duplex, status: number, headers: readonly string[], body: unknown): void {
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...headers,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
