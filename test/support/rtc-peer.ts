import type { IncomingHttpHeaders } from 'node:http';
import { json } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { eventually } from './eventually.ts';
import type { Person } from './people.ts';
import { assertMessageAsPublished } from './signalling-contract.ts';

const SUBPROTOCOL = 'televisit.v1';

// A test looks into messages that it knows the shape of.
// oxlint-disable-next-line no-explicit-any
export type RtcMessage = any;

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** The server answered the handshake with this status instead of 101. */
class HandshakeRefused extends Error {
  constructor(
    readonly status: number,
    readonly headers: IncomingHttpHeaders,
    readonly body: unknown,
  ) {
    super(`The handshake was answered with ${status}.`);
  }
}

/** Answer of POST /api/rtc/rooms/{id}/join/. */
export interface Grant {
  readonly token: string;
  readonly websocket_url: string;
  readonly role: 'doctor' | 'patient';
  readonly ice_servers: { urls: string[]; username?: string; credential?: string }[];
}

export async function grantFor(person: Person, roomId: string): Promise<Grant> {
  const answer = await person.client.post(`/api/rtc/rooms/${roomId}/join/`);
  if (answer.status !== 200) throw new Error(`No grant: ${JSON.stringify(answer.body)}`);
  return answer.body.data;
}

/** One participant, as docs/rtc-protocol.md describes them and without a mind of their own: tests say what to say. */
export class RtcPeer {
  /** Everything that the server said, in order. */
  readonly heard: RtcMessage[] = [];
  readonly closed: Promise<Closed>;
  #read = 0;
  #isClosed = false;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString('utf8'));
      assertMessageAsPublished('tell', message);
      this.heard.push(message);
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#isClosed = true;
        resolve({ code, reason: String(reason) });
      });
    });
    socket.on('error', () => undefined);
  }

  /**
   * Opens a connection and says nothing.
   * @throws HandshakeRefused
   */
  static async connect(
    url: string,
    {
      token,
      origin,
      protocols = [SUBPROTOCOL],
      version = 13,
    }: { token?: string; origin?: string; protocols?: string[]; version?: number } = {},
  ): Promise<RtcPeer> {
    const offered = token === undefined ? protocols : [...protocols, `token.${token}`];
    const socket = new WebSocket(url, offered, {
      protocolVersion: version,
      ...(origin !== undefined && { origin }),
    });
    const peer = new RtcPeer(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        json(response).then(
          (body) => reject(new HandshakeRefused(response.statusCode ?? 0, response.headers, body)),
          reject,
        );
      });
    });
    return peer;
  }

  /** Joins a room as a person would; resolves with the welcome heard. */
  static async join(person: Person, roomId: string): Promise<RtcPeer> {
    const { token, websocket_url } = await grantFor(person, roomId);
    const peer = await RtcPeer.connect(websocket_url, { token });
    await peer.next('welcome');
    return peer;
  }

  /** Goes on with the session of `before`, perhaps at another server; resolves with the welcome heard. */
  static async resume(url: string, before: RtcPeer): Promise<RtcPeer> {
    const peer = await RtcPeer.connect(url);
    peer.say({ type: 'hello', resume_id: before.welcome.resume_id, seq: before.seq });
    await peer.next('welcome');
    return peer;
  }

  get url(): string {
    return this.socket.url;
  }

  /** The subprotocol that the server chose. */
  get protocol(): string {
    return this.socket.protocol;
  }

  get welcome(): RtcMessage {
    return this.heard.find(({ type }) => type === 'welcome');
  }

  /** The highest number heard. */
  get seq(): number {
    return Math.max(...this.heard.map(({ seq }) => seq ?? 0));
  }

  /** Everything heard of a type. */
  all(type: string): RtcMessage[] {
    return this.heard.filter((message) => message.type === type);
  }

  /** The next message of this type that was not asked for yet; passes over others. */
  async next(type: string): Promise<RtcMessage> {
    const find = () => this.heard.findIndex((message, index) => index >= this.#read && message.type === type);
    await eventually(() => find() >= 0 || this.#isClosed, `a ${type} is heard`);
    const index = find();
    if (index < 0)
      throw new Error(`Closed without a ${type}: ${JSON.stringify(this.heard.slice(this.#read))}`);
    this.#read = index + 1;
    return this.heard[index];
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Sends bytes as they are, well formed or not. */
  sayRaw(frame: string | Uint8Array): void {
    this.socket.send(frame);
  }

  /** Resolves when the server has taken everything that was said before. */
  async heardOut(): Promise<void> {
    this.say({ type: 'ping' });
    await this.next('pong');
  }

  /** Loses the connection without a goodbye. */
  async cut(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}
