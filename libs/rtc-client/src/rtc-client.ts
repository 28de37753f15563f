import { BackOff } from './back-off.ts';
import { Emitter } from './emitter.ts';
import { Line } from './line.ts';
import { Outbox } from './outbox.ts';
import { Pace } from './pace.ts';
import {
  type CallQuality,
  FINAL_CLOSE_CODES,
  type Heard,
  type Hello,
  type Said,
  START_OVER_CLOSE_CODES,
  SUBPROTOCOL,
  TOKEN_PREFIX,
  type Welcome,
} from './protocol.ts';

/** How long the answer to a request for a join token may take. */
const JOIN_WITHIN_MS = 15_000;

/** A failure of `join` that will not go away by trying again. */
export class JoinRefused extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closed';

export interface RtcClientOptions {
  /**
   * Gets a fresh join token.
   * @throws JoinRefused when there is none to be had; any other failure is tried again
   */
  readonly join: (signal: AbortSignal) => Promise<{ token: string; websocket_url: string }>;
  readonly WebSocket?: new (url: string, protocols: string[]) => WebSocket;
}

export interface RtcClientEvents {
  state: ConnectionState;
  /** A new session: what was negotiated in a former one is over. */
  welcome: Welcome;
  /** The session goes on; what was missed follows as messages. */
  resumed: Welcome;
  /** Everything else that the server or another participant says, each once and in order. */
  message: Heard;
  /** The server did not take a message, and will not take it again. */
  refused: { readonly code: string; readonly message: string; readonly said: Said | null };
  /** A new session began, and nobody knows whether this arrived in the former one. */
  uncertain: readonly Said[];
  /** Once, when the client will not try again. */
  closed: { readonly reason: string };
}

/**
 * The signalling connection of a visit, as docs/rtc-protocol.md describes it: says hello, comes back by
 * itself after a loss, hands on every message once and in order, and sends again what did not arrive. It
 * runs wherever there is a WebSocket, in a browser and in Node.
 */
export class RtcClient extends Emitter<RtcClientEvents> {
  readonly #join: RtcClientOptions['join'];
  readonly #WebSocket: NonNullable<RtcClientOptions['WebSocket']>;
  readonly #outbox = new Outbox();
  readonly #backOff = new BackOff();
  /** Of the present line. */
  #pace = new Pace(0);
  #paceTimer: ReturnType<typeof setTimeout> | undefined;
  #state: ConnectionState = 'idle';
  #session: Welcome | null = null;
  #url = '';
  #line: Line | null = null;
  /** The line that is opened while the present one still works. */
  #nextLine: Line | null = null;
  /** Whether the present line has brought its welcome. */
  #isWelcome = false;
  #lastSeq = 0;
  /** What had been said when each ping went out that is not answered yet. */
  #pings: number[] = [];
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ join, WebSocket = globalThis.WebSocket }: RtcClientOptions) {
    super();
    this.#join = join;
    this.#WebSocket = WebSocket;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The last welcome; `null` while there is no session. */
  get session(): Welcome | null {
    return this.#session;
  }

  start(): void {
    if (this.#state !== 'idle') return;
    this.#setState('connecting');
    void this.#connect();
  }

  /** Says something to the other participants; it waits in line while there is no connection. */
  send(said: Said): void {
    if (this.#state === 'closed') return;
    this.#outbox.add(said);
    if (this.#isWelcome) this.#flush();
  }

  /** Reports call quality; not worth sending again. */
  report(quality: CallQuality): void {
    if (this.#isWelcome) this.#line?.write({ type: 'stats', ...quality });
  }

  /** Looks after the connection at once: the network is back, or the page is in use again. */
  hurry(): void {
    if (this.#isWelcome) this.#ping();
    else if (this.#retryTimer !== undefined) void this.#connect();
  }

  /** Gives the session up; the others see that at once. */
  leave(): void {
    if (this.#isWelcome) this.#line?.write({ type: 'bye' });
    this.#finish('left');
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    if (this.#session) {
      this.#line = this.#resumingLine();
      return;
    }
    try {
      const { token, websocket_url } = await this.#join(AbortSignal.timeout(JOIN_WITHIN_MS));
      if (this.#hasEnded()) return;
      this.#url = websocket_url;
      this.#line = this.#open([SUBPROTOCOL, TOKEN_PREFIX + token], () => {});
    } catch (error) {
      if (error instanceof JoinRefused) this.#finish(error.reason);
      else this.#retry();
    }
  }

  #open(protocols: string[], opened: () => void): Line {
    const line: Line = new Line(new this.#WebSocket(this.#url, protocols), {
      opened,
      heard: (message) => this.#heard(line, message as Heard | Welcome),
      lost: (code) => {
        // The present line goes on where a new one could not be had.
        if (line === this.#nextLine) this.#nextLine = null;
        else this.#lost(code);
      },
    });
    return line;
  }

  #resumingLine(): Line {
    const line = this.#open([SUBPROTOCOL], () => {
      if (!this.#session) return;
      if (line === this.#nextLine) this.#moveTo(line);
      const hello: Hello = { type: 'hello', resume_id: this.#session.resume_id, seq: this.#lastSeq };
      line.write(hello);
    });
    return line;
  }

  /** From the hello on the new line brings everything, and the old one is closed by the server. */
  #moveTo(line: Line): void {
    this.#line?.mute();
    this.#line = line;
    this.#nextLine = null;
    this.#isWelcome = false;
    this.#pings = [];
  }

  #heard(line: Line, message: Heard | Welcome): void {
    if (line !== this.#line) return;
    switch (message.type) {
      case 'welcome':
        return this.#welcomed(line, message);
      case 'pong':
        return this.#outbox.arrived(this.#pings.shift() ?? 0);
      case 'move':
        this.#nextLine ??= this.#resumingLine();
        return;
      case 'error':
        if (!this.#isWelcome) return;
        if (message.code === 'rate_limited' && message.id !== undefined) return this.#sayAgain(message.id);
        return this.emit('refused', {
          code: message.code,
          message: message.message,
          said: message.id === undefined ? null : this.#outbox.find(message.id),
        });
    }
    if ('seq' in message) {
      if (message.seq <= this.#lastSeq) return;
      this.#lastSeq = message.seq;
    }
    this.emit('message', message);
  }

  #welcomed(line: Line, welcome: Welcome): void {
    this.#backOff.reset();
    this.#session = welcome;
    this.#isWelcome = true;
    this.#pace = new Pace(welcome.limits.messages_per_second);
    let uncertain: Said[] = [];
    if (welcome.resumed) {
      this.#outbox.resume(welcome.received_id);
    } else {
      this.#lastSeq = welcome.seq;
      uncertain = this.#outbox.startOver();
    }
    this.#flush();
    line.keepAlive(() => this.#ping());
    this.#setState('connected');
    this.emit(welcome.resumed ? 'resumed' : 'welcome', welcome);
    if (uncertain.length > 0) this.emit('uncertain', uncertain);
  }

  /** Says what waits, no faster than the server listens. */
  #flush(): void {
    clearTimeout(this.#paceTimer);
    if (!this.#isWelcome) return;
    const now = Date.now();
    const messages = this.#outbox.take(this.#pace.left(now));
    for (const message of messages) this.#line?.write(message);
    this.#pace.spend(messages.length);
    // The answer tells that it arrived, and whether anybody still listens.
    if (messages.some(({ type }) => type === 'chat')) this.#ping();
    if (this.#outbox.hasWaiting) this.#paceTimer = setTimeout(() => this.#flush(), this.#pace.wait(now));
  }

  /** From this message on everything was dropped, and waits for it. */
  #sayAgain(id: number): void {
    this.#outbox.rewind(id);
    this.#pings = this.#pings.map((before) => Math.min(before, id - 1));
    this.#pace.rest(Date.now());
    this.#flush();
  }

  #ping(): void {
    this.#pings.push(this.#outbox.writtenId);
    this.#pace.spend(1);
    this.#line?.ping();
  }

  #lost(code: number): void {
    this.#letGo();
    const reason = FINAL_CLOSE_CODES.get(code);
    if (reason !== undefined) return this.#finish(reason);
    if (START_OVER_CLOSE_CODES.has(code)) this.#session = null;
    this.#retry();
  }

  #retry(): void {
    if (this.#hasEnded()) return;
    const now = Date.now();
    if (this.#state === 'connected') {
      this.#backOff.begin(now, (this.#session?.limits.resume_window_seconds ?? 0) * 1000);
    }
    this.#setState('reconnecting');
    this.#retryTimer = setTimeout(() => void this.#connect(), this.#backOff.next(now));
  }

  #finish(reason: string): void {
    if (this.#hasEnded()) return;
    clearTimeout(this.#retryTimer);
    this.#letGo();
    this.#setState('closed');
    this.emit('closed', { reason });
  }

  #letGo(): void {
    this.#line?.close();
    this.#nextLine?.close();
    this.#line = null;
    this.#nextLine = null;
    this.#isWelcome = false;
    this.#pings = [];
    clearTimeout(this.#paceTimer);
  }

  #hasEnded(): boolean {
    return this.#state === 'closed';
  }

  #setState(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('state', state);
  }
}
