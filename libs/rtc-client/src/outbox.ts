import type { Numbered, Said } from './protocol.ts';

/** How many messages are kept that the server has answered: it may have stopped before it passed them on. */
const KEPT = 200;

interface Entry {
  readonly said: Said;
  id: number;
  /** Whether it went out and was not dropped, as far as is known: then it may have arrived. */
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

  /** The last message that went out: what waits is what was said last. */
  get writtenId(): number {
    return (this.#entries.find(({ isWritten }) => !isWritten)?.id ?? this.#lastId + 1) - 1;
  }

  add(said: Said): void {
    this.#lastId += 1;
    this.#entries.push({ said, id: this.#lastId, isWritten: false });
    const unanswered = this.#entries.findIndex((entry) => !entry.isWritten || entry.id > this.#arrivedId);
    const surplus = (unanswered < 0 ? this.#entries.length : unanswered) - KEPT;
    if (surplus > 0) this.#entries.splice(0, surplus);
  }

  get hasWaiting(): boolean {
    return this.#entries.at(-1)?.isWritten === false;
  }

  /** What has not been sent yet, in order and so many at most; it counts as sent from now on. */
  take(most: number): Numbered[] {
    const waiting = this.#entries.filter((entry) => !entry.isWritten).slice(0, most);
    for (const entry of waiting) entry.isWritten = true;
    return waiting.map(({ said, id }) => ({ ...said, id }));
  }

  /** The session goes on: the server has everything up to `receivedId`, the rest is to be sent again. */
  resume(receivedId: number): void {
    this.#entries = this.#entries.filter(({ id }) => id > receivedId);
    this.rewind(receivedId + 1);
  }

  /** The server has dropped this message and takes none after it before it comes again. */
  rewind(id: number): void {
    for (const entry of this.#entries) if (entry.id >= id) entry.isWritten = false;
    this.#arrivedId = Math.min(this.#arrivedId, id - 1);
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
