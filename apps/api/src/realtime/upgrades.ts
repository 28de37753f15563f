import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { WebSocket, WebSocketServer } from 'ws';
import { Config } from '#platform';

/** What a gateway decides before the handshake is answered. */
export type Decision =
  | { readonly accept: (socket: WebSocket, request: IncomingMessage) => void }
  | { readonly refuse: 401 | 403 | 404 };

export interface UpgradeRoute {
  /** For example `/ws/rtc/:room_id`; a slash at the end is allowed. */
  readonly path: string;
  readonly server: WebSocketServer;
  decide(params: Readonly<Record<string, string>>, request: IncomingMessage): Promise<Decision>;
}

const REASONS = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' };

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
        this.#upgrade(request, socket, head).catch(() => refuse(socket, 503));
      });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    if (!this.#isOwnOrigin(request)) return refuse(socket, 403);
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    for (const { pattern, route } of this.#routes) {
      const params = pattern.exec({ pathname })?.pathname.groups;
      if (!params) continue;
      const decision = await route.decide(params as Record<string, string>, request);
      if ('refuse' in decision) return refuse(socket, decision.refuse);
      return route.server.handleUpgrade(request, socket, head, decision.accept);
    }
    refuse(socket, 404);
  }

  /** A client that is not a browser sends no origin and is known by its token. */
  #isOwnOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined) return true;
    const { ALLOWED_ORIGINS, BASE_URL } = this.config.env;
    if (ALLOWED_ORIGINS.includes('*') || ALLOWED_ORIGINS.includes(origin)) return true;
    return origin === new URL(BASE_URL).origin || (URL.canParse(origin) && new URL(origin).host === host);
  }
}

function refuse(socket: Duplex, status: keyof typeof REASONS): void {
  socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
