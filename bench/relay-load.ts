import { setTimeout as sleep } from 'node:timers/promises';
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
  /** Messages of this round that are still to be sent as others arrive, and to be received by the other. */
  toSend: number;
  toArrive: number;
  /** When those that are on their way were sent, oldest first: a room keeps the order. */
  readonly sentAt: number[];
}

/**
 * Rooms of two in which both sides talk at once: each sends its next message when the other has received
 * one. The same load for the gateway and for what it is compared with.
 */
export class RelayLoad {
  readonly #peers: Peer[] = [];
  #waiting = 0;
  #took: number[] = [];
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
      (seat, i): Peer => ({
        seat,
        socket: sockets[i] as WebSocket,
        sent: 0,
        toSend: 0,
        toArrive: 0,
        sentAt: [],
      }),
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
    const done = this.#arrival(each);
    for (const peer of this.#peers) {
      const first = Math.min(WINDOW, each);
      peer.toSend = each - first;
      for (let i = 0; i < first; i++) send(peer);
    }
    return done;
  }

  /**
   * Lets the participants send by turns at an even pace, whether messages arrive or not.
   * @returns how long each message took from one to the other, in milliseconds.
   */
  async pace(perSecond: number, seconds: number): Promise<number[]> {
    const each = Math.ceil((perSecond * seconds) / this.#peers.length);
    const done = this.#arrival(each);
    const total = each * this.#peers.length;
    const began = performance.now();
    for (let sent = 0; sent < total; await sleep(1)) {
      const due = Math.min(total, ((performance.now() - began) / 1000) * perSecond);
      for (; sent < due; sent++) send(this.#peers[sent % this.#peers.length] as Peer);
    }
    await done;
    return this.#took;
  }

  close(): void {
    for (const { socket } of this.#peers) socket.terminate();
  }

  /** Resolves when so many messages of everybody have arrived. */
  #arrival(each: number): Promise<void> {
    this.#took = [];
    this.#waiting = this.#peers.length;
    for (const peer of this.#peers) peer.toArrive = each;
    return new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
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
      this.#took.push(performance.now() - (other.sentAt.shift() as number));
      other.toArrive -= 1;
      if (other.toSend > 0) {
        other.toSend -= 1;
        send(other);
      }
      if (other.toArrive > 0) return;
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#settle?.resolve();
    });
    peer.socket.on('close', (code) => this.#settle?.reject(new Error(`A socket was closed with ${code}.`)));
  }
}

function send(peer: Peer): void {
  peer.sent += 1;
  peer.sentAt.push(performance.now());
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
