import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { PeerConnection } from '#rtc';

/**
 * A socket whose frames leave together: what is said to it while one piece of input is worked off goes out
 * in one write. A system call costs more than everything else that is done for a message, and who sends a
 * burst (an offer and its candidates) causes a burst on the other side. Measured with four messages on their
 * way: 22 µs of CPU a message instead of 27.
 *
 * The frames are written beside `ws`, which keeps the order as long as nothing is compressed: then `ws`
 * itself writes at once.
 */
export class GatheringConnection implements PeerConnection {
  #gathering = false;

  /** @param stream what the socket was upgraded from */
  constructor(
    private readonly socket: WebSocket,
    private readonly stream: Duplex,
  ) {}

  get bufferedAmount(): number {
    return this.socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (!this.#gathering) {
      this.#gathering = true;
      this.stream.cork();
      process.nextTick(release, this);
    }
    this.stream.write(textFrame(text));
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }

  ping(): void {
    this.socket.ping();
  }

  release(): void {
    this.#gathering = false;
    this.stream.uncork();
  }
}

const release = (connection: GatheringConnection): void => connection.release();

/** A text frame as a server sends it: final and unmasked. Source: RFC 6455, section 5.2 */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = 0x81;
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, start);
  return frame;
}
