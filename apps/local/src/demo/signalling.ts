import type { Data } from './caller.ts';
import { DemoFailure } from './demo-failure.ts';

/** How long the other side may take for its next message, in milliseconds. */
const PATIENCE = 15_000;

/** One person's connection to the room, as docs/rtc-protocol.md describes it. */
export class Signalling {
  /** Messages that came and nobody has asked for yet. */
  readonly #waiting: Data[] = [];
  readonly #socket: WebSocket;
  #lastId = 0;
  #wake = () => {};
  #closed: { code: number; reason: string } | undefined;

  private constructor(url: string, token: string) {
    this.#socket = new WebSocket(url, ['televisit.v1', `token.${token}`]);
    this.#socket.addEventListener('message', ({ data }) => {
      this.#waiting.push(JSON.parse(String(data)));
      this.#wake();
    });
    this.#socket.addEventListener('close', ({ code, reason }) => {
      this.#closed = { code, reason };
      this.#wake();
    });
  }

  /** Connects with a join token and waits for the welcome. */
  static async open(url: string, token: string): Promise<{ line: Signalling; welcome: Data }> {
    const line = new Signalling(url, token);
    return { line, welcome: await line.next('welcome') };
  }

  /** Sends what is relayed to the others. */
  say(message: { type: string; [field: string]: unknown }): void {
    this.#lastId += 1;
    this.#socket.send(JSON.stringify({ ...message, id: this.#lastId }));
  }

  /**
   * The next message of this type; what comes before it is passed over.
   * @throws DemoFailure when it does not come
   */
  async next(type: string): Promise<Data> {
    const limit = performance.now() + PATIENCE;
    for (;;) {
      for (let message = this.#waiting.shift(); message; message = this.#waiting.shift()) {
        if (message.type === type) return message;
        if (message.type === 'error') throw new DemoFailure(`The room refused: ${message.message}`);
      }
      if (this.#closed) {
        const { code, reason } = this.#closed;
        throw new DemoFailure(`The room closed the connection (${code} ${reason}) before ${type} came.`);
      }
      if (performance.now() > limit) throw new DemoFailure(`The room did not send ${type}.`);
      await this.#something(limit - performance.now());
    }
  }

  close(): void {
    this.#socket.close();
  }

  async #something(patience: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }
}
