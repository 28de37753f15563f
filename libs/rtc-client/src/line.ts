/** A browser cannot see the server's pings, so the client asks for itself. */
const PING_EVERY_MS = 20_000;
/** A connection that says nothing for so long when it should is taken for lost. */
const ANSWER_WITHIN_MS = 6_000;
const OPEN = 1;
/** What a close without a close frame is called. */
const ABNORMAL = 1006;

export interface LineEvents {
  opened(): void;
  /** One message, as it came from JSON. */
  heard(message: unknown): void;
  /** Nothing more comes. @param code of the close frame; 1006 where there was none */
  lost(code: number): void;
}

/** One WebSocket from its opening to its loss, which it notices by itself. */
export class Line {
  readonly #socket: WebSocket;
  readonly #events: LineEvents;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;

  constructor(socket: WebSocket, events: LineEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#expectAnswer();
    socket.onopen = () => events.opened();
    socket.onmessage = ({ data }) => {
      clearTimeout(this.#answerTimer);
      this.#answerTimer = undefined;
      events.heard(JSON.parse(String(data)));
    };
    socket.onclose = ({ code }) => this.#lost(code);
  }

  write(message: object): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Asks from time to time whether the other side is still there. @param ping says `ping` */
  keepAlive(ping: () => void): void {
    this.#pingTimer = setInterval(ping, PING_EVERY_MS);
  }

  ping(): void {
    this.write({ type: 'ping' });
    // A line that has not answered the last ping is not given more time for this one.
    if (this.#answerTimer === undefined) this.#expectAnswer();
  }

  /** What still comes is not heard any more; the line stays open. */
  mute(): void {
    clearTimeout(this.#answerTimer);
    clearInterval(this.#pingTimer);
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
  }

  /** Lets go at once; the closing handshake may never end. */
  close(): void {
    this.mute();
    this.#socket.close();
  }

  #expectAnswer(): void {
    this.#answerTimer = setTimeout(() => this.#lost(ABNORMAL), ANSWER_WITHIN_MS);
  }

  #lost(code: number): void {
    this.close();
    this.#events.lost(code);
  }
}
