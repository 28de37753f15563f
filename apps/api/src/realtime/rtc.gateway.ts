import type { Duplex } from 'node:stream';
import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { invalid, isId, notFound, unauthenticated } from '#kernel';
import { Log } from '#platform';
import {
  type Admission,
  hashJoinToken,
  RoomDirectory,
  RoomDoor,
  RoomHub,
  RTC_LIMITS,
  readSubprotocols,
  SUBPROTOCOL,
} from '#rtc';
import { GatheringConnection } from './gathering-connection.ts';
import { type Decision, Upgrades } from './upgrades.ts';

const tokenRefused = () =>
  unauthenticated('join_token_not_valid', 'The token is not valid for this room. Ask for a new one.');

/**
 * How long a close waits for the other side's, in milliseconds. Who is gone without a word, or answers nothing on
 * purpose, would hold the socket, and a process that stops, for the library's 30 s. (An option that its types lack.)
 */
const GOODBYE = { closeTimeout: 5_000 };

/**
 * `/ws/rtc/{room_id}/`: checks the room and the token before the handshake is answered, then hands each
 * frame to the room as it comes. No framework stands between a frame and the room: that is what keeps the
 * relay as fast as a bare socket. The protocol is in docs/rtc-protocol.md.
 */
@Injectable()
export class RtcGateway implements OnModuleInit, BeforeApplicationShutdown {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: RTC_LIMITS.maxFrameBytes,
    perMessageDeflate: false,
    ...GOODBYE,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });

  constructor(
    private readonly directory: RoomDirectory,
    private readonly door: RoomDoor,
    private readonly hub: RoomHub,
    private readonly log: Log,
    private readonly upgrades: Upgrades,
  ) {}

  onModuleInit(): void {
    this.upgrades.add({
      path: '/ws/rtc/:room_id',
      server: this.#server,
      decide: ({ room_id: roomId = '' }, request) =>
        this.#decide(roomId, request.headers['sec-websocket-protocol']),
    });
    this.hub.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.upgrades.stop();
    await this.hub.close();
    this.#server.close();
  }

  async #decide(roomId: string, offered: string | undefined): Promise<Decision> {
    const spoken = readSubprotocols((offered ?? '').split(',').map((name) => name.trim()));
    if (!spoken) return { refuse: invalid('subprotocol_required', `Offer the subprotocol ${SUBPROTOCOL}.`) };
    if (!isId(roomId)) return { refuse: notFound('room') };
    const { token } = spoken;
    const admission =
      token === null ? null : await this.directory.redeemJoinToken(roomId, hashJoinToken(token));
    // A token that lets somebody in has shown that there is such a room.
    if (!admission && !(await this.directory.load(roomId))) return { refuse: notFound('room') };
    if (!admission && token !== null) return { refuse: tokenRefused() };
    return { accept: (socket, { socket: stream }) => this.#opened(socket, stream, roomId, admission) };
  }

  #opened(socket: WebSocket, stream: Duplex, roomId: string, admission: Admission | null): void {
    const visitor = this.door.open(new GatheringConnection(socket, stream), roomId, admission);
    socket.on('message', (data: RawData) => visitor.receive((data as Buffer).toString('utf8')));
    socket.on('pong', () => visitor.ponged());
    socket.on('close', () => visitor.closed());
    socket.on('error', (error) =>
      this.log.info({ code: (error as { code?: string }).code }, 'rtc socket error'),
    );
  }
}
