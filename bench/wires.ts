import { SUBPROTOCOL, SUBPROTOCOL_TOKEN_PREFIX } from '#rtc';

/** Bytes of a message at least: an offer, as a client sends it. No server's own news are as long. */
export const MESSAGE_BYTES = 1024;

/** Somebody's place in a room, as one server knows it. */
export interface Seat {
  readonly url: string;
  readonly protocols: readonly string[];
  /** What the client sends when the connection is open. */
  readonly greeting?: string;
  /** How many frames come from the server until the client is in. */
  readonly welcomes: number;
  /** The frame of one's `n`-th message to the other. */
  frame(n: number): string;
  /** What a short frame of the server is to be answered with. @throws Error for a refusal */
  answer?(frame: string): string | undefined;
}

/** The two in a room, by a name that a server may know them by and by what lets them in. */
export interface RoomOfTwo {
  readonly room: string;
  readonly tokens: readonly [string, string];
}

type Wire = (url: string, { room, tokens }: RoomOfTwo) => [Seat, Seat];

const SDP = 'v=0\\r\\n'.padEnd(MESSAGE_BYTES, 'a=candidate ');
const offer = (n: number) => `{"type":"offer","id":${10_000 + n},"sdp":"${SDP}"}`;

/** This gateway. */
export const gateway: Wire = (url, { room, tokens }) => {
  const seat = (token: string): Seat => ({
    url: `${url}/${room}/`,
    protocols: [SUBPROTOCOL, `${SUBPROTOCOL_TOKEN_PREFIX}${token}`],
    welcomes: 1,
    frame: offer,
    answer(frame) {
      const { type } = JSON.parse(frame);
      if (type === 'error') throw new Error(frame);
      return undefined;
    },
  });
  return [seat(tokens[0]), seat(tokens[1])];
};

/** The bare relay of `bare-relay.ts`. */
export const bare: Wire = (url, { room }) => {
  const seat: Seat = { url: `${url}/${room}`, protocols: [], welcomes: 0, frame: offer };
  return [seat, seat];
};

/** Engine.io's packets in text, and socket.io's in them: a connection, an event, a ping. */
export const socketIo: Wire = (url, { room }) => {
  const seat: Seat = {
    url: `${url}/socket.io/?EIO=4&transport=websocket&room=${room}`,
    protocols: [],
    greeting: '40',
    welcomes: 2,
    frame: (n) => `42["signal",${offer(n)}]`,
    answer: (frame) => (frame === '2' ? '3' : undefined),
  };
  return [seat, seat];
};

export const peerJs: Wire = (url, { room }) => {
  const seat = (self: string, other: string): Seat => ({
    url: `${url}/peerjs?key=peerjs&id=${room}-${self}&token=${self}`,
    protocols: [],
    welcomes: 1,
    frame: (n) => `{"type":"OFFER","dst":"${room}-${other}","payload":${offer(n)}}`,
  });
  return [seat('a', 'b'), seat('b', 'a')];
};
