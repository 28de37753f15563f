/**
 * The signalling connection of a visit, as docs/rtc-protocol.md describes it: says hello, comes back by
 * itself after a loss, hands on every message once and in order, and sends again what did not arrive.
 * It has no dependencies and runs wherever there is a WebSocket, in a browser and in Node.
 *
 * Events (all carry `detail`):
 * - `state`: `connecting`, `connected`, `reconnecting` or `closed`
 * - `welcome`: the welcome of a new session (not of a resumed one)
 * - `message`: everything else that the server or another participant says
 * - `closed`: `{ reason }`, once, when the client will not try again
 */

const SUBPROTOCOL = 'televisit.v1';
/** Seconds before each try to come back; the last one repeats, with up to a second of jitter. */
const BACK_OFF = [0, 0.3, 1.2, 2.7, 4.8, 7];
/** A browser cannot see the server's pings, so the client asks for itself. */
const PING_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 6_000;
/** How many of one's own messages are kept to be sent again. */
const OUTBOX_LENGTH = 200;
/** Close codes after which another try makes no sense. */
const FINAL = new Map([
  [1000, 'left'],
  [4403, 'access_revoked'],
  [4404, 'room_not_found'],
  [4409, 'taken_over'],
  [4410, 'room_ended'],
]);
/** Close codes after which the session is gone, but a new one may begin. */
const START_OVER = new Set([4401, 4419]);

/** A failure of `join` that will not go away by trying again. */
export class JoinRefused extends Error {
  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

export class RtcClient extends EventTarget {
  state = 'idle';
  /** The last `welcome`. */
  session = null;

  #join;
  #WebSocket;
  #url = null;
  #socket = null;
  #lastSeq = 0;
  #nextId = 1;
  #outbox = [];
  #attempt = 0;
  #retryTimer = null;
  #pingTimer = null;
  #answerTimer = null;

  /**
   * @param {object} options
   * @param {() => Promise<{token: string, websocket_url: string}>} options.join gets a fresh join token;
   *   throws JoinRefused when there is none to be had.
   * @param {typeof WebSocket} [options.WebSocket]
   */
  constructor({ join, WebSocket = globalThis.WebSocket }) {
    super();
    this.#join = join;
    this.#WebSocket = WebSocket;
  }

  start() {
    if (this.state !== 'idle') return;
    this.#setState('connecting');
    void this.#connect();
  }

  /** Says something to the other participants; waits in line while there is no connection. */
  send(message) {
    if (this.state === 'closed') return;
    const numbered = { ...message, id: this.#nextId++ };
    this.#outbox.push(numbered);
    if (this.#outbox.length > OUTBOX_LENGTH) this.#outbox.shift();
    if (this.state === 'connected') this.#write(numbered);
  }

  /** Reports call quality; not worth sending again. */
  report(stats) {
    if (this.state === 'connected') this.#write({ type: 'stats', ...stats });
  }

  /** Tries at once instead of waiting: the network is back, or the page is visible again. */
  hurry() {
    if (this.state === 'connected') {
      this.#ping();
    } else if (this.#retryTimer !== null) {
      clearTimeout(this.#retryTimer);
      this.#retryTimer = null;
      void this.#connect();
    }
  }

  leave() {
    if (this.state === 'connected') this.#write({ type: 'bye' });
    this.#finish('left');
  }

  async #connect() {
    const resuming = this.session !== null;
    const protocols = [SUBPROTOCOL];
    if (!resuming) {
      try {
        const { token, websocket_url } = await this.#join();
        this.#url = websocket_url;
        protocols.push(`token.${token}`);
      } catch (error) {
        if (error instanceof JoinRefused) this.#finish(error.reason);
        else this.#retry();
        return;
      }
      if (this.state === 'closed') return;
    }
    const socket = new this.#WebSocket(this.#url, protocols);
    this.#socket = socket;
    this.#expectAnswer();
    socket.onopen = () => {
      if (!resuming) return;
      socket.send(JSON.stringify({ type: 'hello', resume_id: this.session.resume_id, seq: this.#lastSeq }));
    };
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => this.#lost(event.code);
  }

  #receive(message) {
    clearTimeout(this.#answerTimer);
    if (message.type === 'welcome') {
      this.#welcome(message);
      return;
    }
    if (message.seq !== undefined) {
      if (message.seq <= this.#lastSeq) return;
      this.#lastSeq = message.seq;
    }
    if (message.type !== 'pong') this.#tell('message', message);
  }

  #welcome(welcome) {
    this.#attempt = 0;
    this.session = welcome;
    if (welcome.resumed) {
      this.#outbox = this.#outbox.filter((message) => message.id > welcome.received_id);
    } else {
      this.#lastSeq = welcome.seq;
      this.#nextId = 1;
      this.#outbox = [];
    }
    this.#setState('connected');
    for (const message of this.#outbox) this.#write(message);
    clearInterval(this.#pingTimer);
    this.#pingTimer = setInterval(() => this.#ping(), PING_EVERY_MS);
    if (!welcome.resumed) this.#tell('welcome', welcome);
  }

  #ping() {
    this.#write({ type: 'ping' });
    this.#expectAnswer();
  }

  #expectAnswer() {
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.#lost(1006), ANSWER_WITHIN_MS);
  }

  #lost(code) {
    this.#drop();
    if (this.state === 'closed') return;
    if (FINAL.has(code)) {
      this.#finish(FINAL.get(code));
      return;
    }
    if (START_OVER.has(code)) this.session = null;
    this.#retry();
  }

  #retry() {
    this.#setState('reconnecting');
    const seconds = BACK_OFF[Math.min(this.#attempt, BACK_OFF.length - 1)];
    const jitter = this.#attempt === 0 ? 0 : Math.random() * Math.min(1, seconds);
    this.#attempt += 1;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(
      () => {
        this.#retryTimer = null;
        void this.#connect();
      },
      (seconds + jitter) * 1000,
    );
  }

  #finish(reason) {
    if (this.state === 'closed') return;
    this.#setState('closed');
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#drop();
    this.#tell('closed', { reason });
  }

  /** Lets go of the socket at once; its closing handshake may never end. */
  #drop() {
    clearInterval(this.#pingTimer);
    clearTimeout(this.#answerTimer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #write(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.#tell('state', state);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
