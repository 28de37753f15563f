import type { Numbered, Said } from './protocol.ts';

/** How many messages that were sent are kept to be sent again: what the server says it has is older. */
const KEPT = 200;

interface Entry {
  readonly said: Said;
  id: number;
  /** Whether it went out on some connection: then it may have arrived. */
  isWritten: boolean;
}

/**
 * What this client said in its session. A message gets its number when it is said and keeps it, so that the
 * server skips what it has already.
 */
export class Outbox {
  #entries: Entry[] = [];
  #lastId = 0;
  #arrivedId = 0;

  get lastId(): number {
    return this.#lastId;
  }

  add(said: Said): void {
    this.#lastId += 1;
    this.#entries.push({ said, id: this.#lastId, isWritten: false });
    // What was never sent is never dropped.
    const written = this.#entries.findIndex((entry) => !entry.isWritten);
    const surplus = (written < 0 ? this.#entries.length : written) - KEPT;
    if (surplus > 0) this.#entries.splice(0, surplus);
  }

  /** What has not been sent yet, in order; it counts as sent from now on. */
  take(): Numbered[] {
    const waiting = this.#entries.filter((entry) => !entry.isWritten);
    for (const entry of waiting) entry.isWritten = true;
    return waiting.map(({ said, id }) => ({ ...said, id }));
  }

  /** The session goes on: the server has everything up to `receivedId`, the rest is to be sent again. */
  resume(receivedId: number): void {
    this.#entries = this.#entries.filter(({ id }) => id > receivedId);
    for (const entry of this.#entries) entry.isWritten = false;
  }

  /** The server has answered something that was said after this message. */
  arrived(id: number): void {
    this.#arrivedId = Math.max(this.#arrivedId, id);
  }

  /**
   * A new session begins. What was never sent is said in it, but for the negotiation of connections that are
   * over.
   * @returns the chat of which nobody knows whether it arrived
   */
  startOver(): Said[] {
    const before = this.#entries;
    const arrivedId = this.#arrivedId;
    this.#entries = [];
    this.#lastId = 0;
    this.#arrivedId = 0;
    for (const { said, isWritten } of before) if (!isWritten && isForAnySession(said)) this.add(said);
    return before
      .filter(({ said, id, isWritten }) => isWritten && id > arrivedId && said.type === 'chat')
      .map(({ said }) => said);
  }

  /** The message of this session with this number, where it is still known. */
  find(id: number): Said | null {
    return this.#entries.find((entry) => entry.id === id)?.said ?? null;
  }
}

function isForAnySession({ type }: Said): boolean {
  return type === 'chat' || type === 'media-state';
}
