import type { LogEntry } from './realtime-bus.ts';

/** The first page of a log is small, each next one twice as large, up to the most. */
const FIRST_PAGE_BYTES = 1024;
const MAX_PAGE_BYTES = 64 * 1024;

/** Some entries, one after the other. */
interface Page {
  readonly bytes: Buffer;
  /** Where each entry ends. */
  readonly ends: number[];
}

/**
 * The newest entries of a log, as bytes outside of the heap. As strings in it they outlive the young
 * generation, and carrying each of them into the old one took the collector 4 µs a message, of 22 µs in all.
 */
export class LogMemory {
  readonly #pages: Page[] = [];
  /** The sequence number of the first entry of the first page. */
  #first: number;
  #next: number;

  constructor(first = 1) {
    this.#first = first;
    this.#next = first;
  }

  /** The sequence number of the newest entry, or of the one before the first. */
  get last(): number {
    return this.#next - 1;
  }

  /** Keeps at least `maxLength` entries, and forgets older ones page by page. @returns the sequence number */
  push(text: string, maxLength: number): number {
    const length = Buffer.byteLength(text);
    const { bytes, ends } = this.#pageFor(length, maxLength);
    const start = ends.at(-1) ?? 0;
    bytes.write(text, start);
    ends.push(start + length);
    return this.#next++;
  }

  /** The entries after this one; after 0, all that are kept. @returns `null` when this one is not kept */
  after(sequence: number): LogEntry[] | null {
    if (sequence !== 0 && (sequence < this.#first || sequence >= this.#next)) return null;
    const entries: LogEntry[] = [];
    let current = this.#first;
    for (const { bytes, ends } of this.#pages) {
      let start = 0;
      for (const end of ends) {
        if (current > sequence) {
          entries.push({ sequence: current, content: bytes.toString('utf8', start, end) });
        }
        start = end;
        current += 1;
      }
    }
    return entries;
  }

  #pageFor(length: number, maxLength: number): Page {
    const page = this.#pages.at(-1);
    const used = page?.ends.at(-1) ?? 0;
    // Pages of few entries, so that little more is kept than is asked for.
    if (page && used + length <= page.bytes.length && page.ends.length < maxLength / 4) return page;
    const size = page ? Math.min(2 * page.bytes.length, MAX_PAGE_BYTES) : FIRST_PAGE_BYTES;
    const next = { bytes: this.#bytes(Math.max(size, length), maxLength), ends: [] };
    this.#pages.push(next);
    return next;
  }

  /** Those of the oldest page, when nobody asks for its entries any more. */
  #bytes(size: number, maxLength: number): Buffer {
    const oldest = this.#pages[0];
    if (oldest && this.#next - this.#first - oldest.ends.length >= maxLength) {
      this.#pages.shift();
      this.#first += oldest.ends.length;
      if (oldest.bytes.length >= size) return oldest.bytes;
    }
    return Buffer.allocUnsafeSlow(size);
  }
}
