import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How one of the two gets in. */
export interface Line {
  readonly url: string;
  readonly token: string;
}

/** How long messages took from one to the other, in milliseconds. */
export interface Delays {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/** A room in which two people talk all the time, fifty times a second, and notice how long it takes. */
export class QuietRoom {
  private constructor(private readonly talk: ChildProcess) {}

  /** @param lines of a room whose visit has begun */
  static async open(lines: readonly [Line, Line]): Promise<QuietRoom> {
    const program = join(import.meta.dirname, 'quiet-room.program.ts');
    const room = new QuietRoom(fork(program, { execArgv: [] }));
    room.talk.send(lines);
    await room.#answer();
    return room;
  }

  /** What was measured since the last call. */
  async delays(): Promise<Delays> {
    this.talk.send('measure');
    return (await this.#answer()) as Delays;
  }

  close(): void {
    if (this.talk.connected) this.talk.disconnect();
  }

  async #answer(): Promise<unknown> {
    if (this.talk.exitCode !== null) throw new Error('The quiet room has lost its connection.');
    const over = new AbortController();
    const { signal } = over;
    try {
      const [answer] = await Promise.race([
        once(this.talk, 'message', { signal }),
        once(this.talk, 'exit', { signal }).then(([code]) => {
          throw new Error(`The quiet room has lost its connection (${code}).`);
        }),
      ]);
      return answer;
    } finally {
      over.abort();
    }
  }
}
