import { Readable } from 'node:stream';

/** How long a client should wait before it connects again, in milliseconds. */
const RETRY_MS = 3_000;

export interface ServerEvent {
  readonly event: string;
  readonly data: object;
  /** What the client says in `Last-Event-ID` when it comes back. */
  readonly id?: string;
}

/**
 * One answer of server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html
 * Holds no more than its reader takes: who sends waits until the former event has left.
 */
export class EventStream extends Readable {
  #taken: (() => void) | null = null;
  #blockedAtLastBeat = false;
  #ended = false;

  constructor() {
    super({ highWaterMark: 16 * 1024 });
    // Something at once, so that the client learns that it is connected.
    this.push(`retry: ${RETRY_MS}\n\n`);
  }

  /** Resolves when the reader takes more, or never will. */
  async send({ event, data, id }: ServerEvent): Promise<void> {
    if (this.#isOver) return;
    const name = id === undefined ? '' : `id: ${id}\n`;
    // JSON has no line break that would end the field.
    if (this.push(`${name}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)) return;
    await new Promise<void>((resolve) => {
      this.#taken = resolve;
    });
  }

  /**
   * Shows proxies, and a client that has gone without a word, that the connection is in use. A reader that has
   * taken nothing since the last beat is dropped.
   */
  beat(): void {
    if (this.#isOver) return;
    const blocked = this.#taken !== null;
    if (blocked && this.#blockedAtLastBeat) {
      this.destroy();
      return;
    }
    this.#blockedAtLastBeat = blocked;
    if (!blocked) this.push(': \n\n');
  }

  /** Says why, and ends the answer. */
  end(reason: 'session_ended' | 'server_stopping' | 'try_again'): void {
    if (this.#isOver) return;
    this.push(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.#ended = true;
    this.push(null);
    this.#release();
  }

  override _read(): void {
    this.#release();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#release();
    done(error);
  }

  get #isOver(): boolean {
    return this.destroyed || this.#ended;
  }

  #release(): void {
    this.#taken?.();
    this.#taken = null;
  }
}
