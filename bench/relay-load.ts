import { WebSocket } from 'ws';

/** Bytes of a message: an offer, as a client sends it. */
export const MESSAGE_BYTES = 1024;
/** Messages of one sender that may be on their way. */
export const WINDOW = 4;

/** How one participant gets in. */
export interface Seat {
  readonly url: string;
  readonly protocols: string[];
}

interface Peer {
  readonly socket: WebSocket;
  /** The `id` of the last message, which counts for the whole session. */
  sent: number;
  /** Messages of this round that are still to be sent, and to be received by the other. */
  toSend: number;
  toArrive: number;
}

/**
 * Rooms of two in which both sides talk at once: each sends its next message when the other has received
 * one. The same load for the gateway and for what it is compared with.
 */
export class RelayLoad {
  readonly #peers: Peer[] = [];
  #waiting = 0;
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;

  /** @param welcomed whether the server says when somebody is in. */
  static async open(rooms: readonly (readonly [Seat, Seat])[], welcomed: boolean): Promise<RelayLoad> {
    const load = new RelayLoad();
    for (const seats of rooms) {
      const [a, b] = await Promise.all(seats.map((seat) => enter(seat, welcomed)));
      if (!a || !b) throw new Error('A room has two seats.');
      load.#pair(a, b);
    }
    return load;
  }

  get participants(): number {
    return this.#peers.length;
  }

  /** Resolves when every participant has sent `each` messages and all have arrived. */
  run(each: number): Promise<void> {
    this.#waiting = this.#peers.length;
    const done = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    for (const peer of this.#peers) {
      peer.toSend = each;
      peer.toArrive = each;
    }
    for (const peer of this.#peers) for (let i = 0; i < Math.min(WINDOW, each); i++) send(peer);
    return done;
  }

  close(): void {
    for (const { socket } of this.#peers) socket.terminate();
  }

  #pair(a: WebSocket, b: WebSocket): void {
    const peers = [a, b].map((socket) => ({ socket, sent: 0, toSend: 0, toArrive: 0 })) as [Peer, Peer];
    this.#listen(peers[0], peers[1]);
    this.#listen(peers[1], peers[0]);
    this.#peers.push(...peers);
  }

  #listen(peer: Peer, other: Peer): void {
    peer.socket.on('message', (data: Buffer) => {
      // The news of the room are short; a refusal is one of them.
      if (data.length < MESSAGE_BYTES) {
        if (JSON.parse(data.toString()).type === 'error') this.#settle?.reject(new Error(data.toString()));
        return;
      }
      other.toArrive -= 1;
      if (other.toSend > 0) send(other);
      if (other.toArrive > 0) return;
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#settle?.resolve();
    });
    peer.socket.on('close', (code) => this.#settle?.reject(new Error(`A socket was closed with ${code}.`)));
  }
}

const PADDING = 'v=0\\r\\n'.padEnd(
  MESSAGE_BYTES - '{"type":"offer","id":10000,"sdp":""}'.length,
  'a=candidate ',
);

function send(peer: Peer): void {
  peer.toSend -= 1;
  peer.sent += 1;
  // Five digits from the first message on, so that all are of one size.
  peer.socket.send(`{"type":"offer","id":${10_000 + peer.sent},"sdp":"${PADDING}"}`);
}

function enter({ url, protocols }: Seat, welcomed: boolean): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    socket.once('error', reject);
    socket.once(welcomed ? 'message' : 'open', () => resolve(socket));
  });
}
