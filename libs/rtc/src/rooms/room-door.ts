import type { Clock } from '#kernel';
import { hashJoinToken } from '../joining/join-token.ts';
import {
  CLOSE_CODES,
  type CloseReason,
  type HelloMessage,
  helloMessage,
  joiningHello,
  resumingHello,
  SUBPROTOCOL,
  SUBPROTOCOL_TOKEN_PREFIX,
} from '../protocol/protocol.ts';
import { type Refused, refusalOf } from '../protocol/refusal.ts';
import type { PeerConnection, PeerSession } from './peer-session.ts';
import type { Admission, RoomDirectory } from './room-directory.ts';
import type { RoomHub } from './room-hub.ts';

/** The way from connections to sessions: {@link Visitor} says how. */
export class RoomDoor {
  constructor(
    readonly hub: RoomHub,
    readonly directory: RoomDirectory,
    readonly clock: Clock,
    readonly report: (error: unknown) => void,
  ) {}

  /** @param admission what the gateway got for the token of the handshake, if there was one. */
  open(connection: PeerConnection, roomId: string, admission: Admission | null): Visitor {
    return new Visitor(this, connection, roomId, admission);
  }
}

/**
 * Who stands in the door: the first message must be `hello` with a join token or a resume id, within the deadline,
 * unless the token travelled with the handshake. The gateway passes on what the socket says.
 */
export class Visitor {
  #session: PeerSession | null;
  #isGreeted: boolean;
  #isGone = false;
  readonly #deadline: NodeJS.Timeout | undefined;

  constructor(
    private readonly door: RoomDoor,
    private readonly connection: PeerConnection,
    private readonly roomId: string,
    admission: Admission | null,
  ) {
    this.#session = admission && door.hub.attach(connection, admission);
    this.#isGreeted = this.#session !== null;
    if (this.#isGreeted) return;
    this.#deadline = setTimeout(
      () => this.#refuse('hello_timeout', 'Say hello first.'),
      door.hub.limits.helloDeadlineMs,
    );
  }

  receive(frame: string): void {
    if (this.#session) return this.door.hub.receive(this.#session, frame);
    if (this.#isGreeted) return this.#refuse('bad_message', 'Wait for the welcome.');
    this.#isGreeted = true;
    clearTimeout(this.#deadline);
    this.#greet(frame).catch((error) => {
      this.door.report(error);
      this.#refuse('unavailable', 'Please try again.');
    });
  }

  ponged(): void {
    if (this.#session) this.door.hub.ponged(this.#session);
  }

  closed(): void {
    this.#isGone = true;
    clearTimeout(this.#deadline);
    if (this.#session) this.door.hub.dropped(this.#session);
  }

  async #greet(frame: string): Promise<void> {
    const { hub, directory } = this.door;
    const hello = readHello(frame);
    if (!hello) {
      const { text, refused } = refusalOf(frame, helloMeant);
      return this.#refuse('bad_message', `The first message is a hello. ${text}`, refused);
    }
    if ('resume_id' in hello) {
      this.#session = hub.resume(this.connection, this.roomId, hello.resume_id, hello.seq);
      return;
    }
    const admitted = await directory.redeemJoinToken(this.roomId, hashJoinToken(hello.token));
    if (this.#isGone) return;
    if (admitted) this.#session = hub.attach(this.connection, admitted);
    else this.#refuse('unauthorized', 'The token is not valid for this room. Ask for a new one.');
  }

  #refuse(code: CloseReason, message: string, refused: Refused = {}): void {
    const at = this.door.clock.now().toString({ smallestUnit: 'millisecond' });
    this.connection.send(JSON.stringify({ type: 'error', code, message, at, ...refused }));
    this.connection.close(CLOSE_CODES[code], code);
  }
}

/**
 * Reads Sec-WebSocket-Protocol. The answer to the handshake must name {@link SUBPROTOCOL} alone, never the
 * token.
 *
 * @returns `null` when the client does not speak this protocol; the token is `null` when it comes in the hello.
 */
export function readSubprotocols(offered: Iterable<string>): { token: string | null } | null {
  const names = [...offered];
  if (!names.includes(SUBPROTOCOL)) return null;
  const token = names.find((name) => name.startsWith(SUBPROTOCOL_TOKEN_PREFIX));
  return { token: token?.slice(SUBPROTOCOL_TOKEN_PREFIX.length) ?? null };
}

/** Which of the two was meant, to say what it lacks. */
function helloMeant(message: object) {
  return 'resume_id' in message || 'seq' in message ? resumingHello : joiningHello;
}

function readHello(frame: string): HelloMessage | null {
  try {
    return helloMessage.safeParse(JSON.parse(frame)).data ?? null;
  } catch {
    return null;
  }
}
