import { WebSocket } from 'ws';
import { MESSAGE_BYTES, type Seat } from './wires.ts';

/** Messages of one sender that may be on their way. */
export const WINDOW = 4;
/** Connections that are opened side by side. */
const OPENING = 64;

interface Peer {
  readonly seat: Seat;
  readonly socket: WebSocket;
  /** How many messages were sent in all. */
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

  static async open(rooms: readonly (readonly [Seat, Seat])[]): Promise<RelayLoad> {
    const load = new RelayLoad();
    const seats = rooms.flat();
    const sockets: WebSocket[] = [];
    let next = 0;
    await Promise.all(
      Array.from({ length: OPENING }, async () => {
        for (let i = next++; i < seats.length; i = next++) sockets[i] = await enter(seats[i] as Seat);
      }),
    );
    const peers = seats.map(
      (seat, i): Peer => ({ seat, socket: sockets[i] as WebSocket, sent: 0, toSend: 0, toArrive: 0 }),
    );
    for (let i = 0; i < peers.length; i += 2) {
      load.#listen(peers[i] as Peer, peers[i + 1] as Peer);
      load.#listen(peers[i + 1] as Peer, peers[i] as Peer);
    }
    load.#peers.push(...peers);
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

  #listen(peer: Peer, other: Peer): void {
    peer.socket.on('message', (data: Buffer) => {
      if (data.length < MESSAGE_BYTES) {
        try {
          const answer = peer.seat.answer?.(data.toString());
          if (answer !== undefined) peer.socket.send(answer);
        } catch (error) {
          this.#settle?.reject(error as Error);
        }
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

function send(peer: Peer): void {
  peer.toSend -= 1;
  peer.sent += 1;
  peer.socket.send(peer.seat.frame(peer.sent));
}

function enter({ url, protocols, greeting, welcomes }: Seat): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...protocols], { perMessageDeflate: false });
    let left = welcomes;
    const welcomed = () => {
      left -= 1;
      if (left > 0) return;
      socket.off('message', welcomed);
      resolve(socket);
    };
    socket.once('error', reject);
    socket.once('open', () => {
      if (greeting !== undefined) socket.send(greeting);
      if (left === 0) resolve(socket);
    });
    if (left > 0) socket.on('message', welcomed);
  });
}
