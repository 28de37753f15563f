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

/** What the gateway does with a connection after it was opened: pass on what the socket says. */
export interface OpenDoor {
  receive(frame: string): void;
  ponged(): void;
  closed(): void;
}

/**
 * The way from a connection to a session: the first message must be `hello` with a join token or a resume
 * id, within the deadline, unless the token travelled with the handshake.
 */
export class RoomDoor {
  constructor(
    private readonly hub: RoomHub,
    private readonly directory: RoomDirectory,
    private readonly clock: Clock,
    private readonly report: (error: unknown) => void,
  ) {}

  /** @param admission what the gateway got for the token of the handshake, if there was one. */
  open(connection: PeerConnection, roomId: string, admission: Admission | null): OpenDoor {
    let session: PeerSession | null = admission && this.hub.attach(connection, admission);
    let greeted = session !== null;
    let closed = false;
    const refuse = (code: CloseReason, message: string, refused: Refused = {}) => {
      const at = this.clock.now().toString({ smallestUnit: 'millisecond' });
      connection.send(JSON.stringify({ type: 'error', code, message, at, ...refused }));
      connection.close(CLOSE_CODES[code], code);
    };
    const deadline = greeted
      ? undefined
      : setTimeout(() => refuse('hello_timeout', 'Say hello first.'), this.hub.limits.helloDeadlineMs);

    const greet = async (frame: string): Promise<void> => {
      const hello = readHello(frame);
      if (!hello) {
        const { text, refused } = refusalOf(frame, helloMeant);
        return refuse('bad_message', `The first message is a hello. ${text}`, refused);
      }
      if ('resume_id' in hello) {
        session = this.hub.resume(connection, roomId, hello.resume_id, hello.seq);
        return;
      }
      const admitted = await this.directory.redeemJoinToken(roomId, hashJoinToken(hello.token));
      if (closed) return;
      if (admitted) session = this.hub.attach(connection, admitted);
      else refuse('unauthorized', 'The token is not valid for this room. Ask for a new one.');
    };

    return {
      receive: (frame) => {
        if (session) return this.hub.receive(session, frame);
        if (greeted) return refuse('bad_message', 'Wait for the welcome.');
        greeted = true;
        clearTimeout(deadline);
        greet(frame).catch((error) => {
          this.report(error);
          refuse('unavailable', 'Please try again.');
        });
      },
      ponged: () => session && this.hub.ponged(session),
      closed: () => {
        closed = true;
        clearTimeout(deadline);
        if (session) this.hub.dropped(session);
      },
    };
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
