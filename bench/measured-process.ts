import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Sample } from './race.ts';

const PROBE = './bench/programs/probe.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly (string | Uint8Array | null)[];
}

/** Measures `work`, which several processes do together. */
export async function sampledTogether(
  [first, ...others]: readonly [MeasuredProcess, ...MeasuredProcess[]],
  operations: number,
  work: () => Promise<void>,
): Promise<Sample> {
  const [second, ...rest] = others;
  if (!second) return first.sampled(operations, work);
  let inner: Sample | undefined;
  const outer = await first.sampled(operations, async () => {
    inner = await sampledTogether([second, ...rest], operations, work);
  });
  const { seconds, cpuSeconds } = inner ?? outer;
  return { operations, seconds, cpuSeconds: cpuSeconds + outer.cpuSeconds };
}

/** A program in a process of its own that tells its CPU time. It ends with this process, in whichever way. */
export class MeasuredProcess {
  /** For every process that is started from now on. */
  static nodeOptions: readonly string[] = [];
  readonly #child: ChildProcess;
  readonly #name: string;

  /** @param program a compiled program, or one in TypeScript that Node can run by leaving out its types. */
  constructor(program: string, env: Record<string, string>) {
    this.#name = program;
    this.#child = fork(program, {
      execArgv: [...MeasuredProcess.nodeOptions, '--import', PROBE],
      env: { PATH: process.env['PATH'], ...env },
      serialization: 'advanced',
    });
  }

  /** Sends a message and resolves to the answer, which has the same first key and value. */
  async ask<Answer>(message: Record<string, unknown>): Promise<Answer> {
    const answer = this.told<Answer>(message);
    this.#child.send(message);
    return answer;
  }

  /** Resolves to the next message of the program that has the first key and value of `like`. */
  async told<Answer>(like: Record<string, unknown>): Promise<Answer> {
    const [[key, value]] = Object.entries(like) as [[string, unknown]];
    const ended = new AbortController();
    const end = once(this.#child, 'exit', { signal: ended.signal }).then(([code]) => {
      throw new Error(`${this.#name} ended with ${code}.`);
    });
    const answer = (async () => {
      for (;;) {
        const [message] = await once(this.#child, 'message', { signal: ended.signal });
        if (message[key] === value) return message as Answer;
      }
    })();
    try {
      return await Promise.race([answer, end]);
    } finally {
      ended.abort();
      await Promise.allSettled([answer, end]);
    }
  }

  /** Measures `work`, which this process does when others ask for it. */
  async sampled(operations: number, work: () => Promise<void>): Promise<Sample> {
    const cpuBefore = await this.#cpuSeconds();
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1000;
    return { operations, seconds, cpuSeconds: (await this.#cpuSeconds()) - cpuBefore };
  }

  /** The statements that the process sends to PostgreSQL during `work`. */
  async statementsOf(work: () => Promise<void>): Promise<Statement[]> {
    await this.ask({ probe: 'record' });
    await work();
    return (await this.ask<{ statements: Statement[] }>({ probe: 'recorded' })).statements;
  }

  /** What it has in memory, its garbage collected where it was started with `--expose-gc`: bytes. */
  async memory(): Promise<number> {
    return (await this.ask<{ bytes: number }>({ probe: 'memory' })).bytes;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  async #cpuSeconds(): Promise<number> {
    return (await this.ask<{ seconds: number }>({ probe: 'cpu' })).seconds;
  }
}
