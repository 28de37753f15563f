import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { Gathering } from './gathering.ts';

/** Writes when it is told to, and remembers what was written together. */
function writer(refused: readonly number[] = []) {
  const written: number[][] = [];
  const gates: (() => void)[] = [];
  const gathering = new Gathering<number>(async (items) => {
    await new Promise<void>((resolve) => gates.push(resolve));
    if (items.some((item) => refused.includes(item))) throw new Error(`No ${items.join(' ')}`);
    written.push([...items]);
  }, 3);
  const open = async (): Promise<void> => {
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { gathering, written, open };
}

describe('what is gathered', () => {
  it('is written at once when it comes alone, and together when it comes meanwhile', async () => {
    const { gathering, written, open } = writer();
    const all = [1, 2, 3, 4, 5].map((item) => gathering.add(item));
    for (let write = 0; write < 3; write += 1) await open();
    await Promise.all(all);
    expect(written).toEqual([[1], [2, 3, 4], [5]]);
    const later = gathering.add(6);
    await open();
    await later;
    expect(written.at(-1)).toEqual([6]);
  });

  it('fails alone', async () => {
    const { gathering, written, open } = writer([3]);
    const all = [1, 2, 3, 4].map((item) => gathering.add(item));
    const outcomes = Promise.allSettled(all);
    for (let write = 0; write < 5; write += 1) await open();
    expect(await outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { status: 'rejected', reason: { message: 'No 3' } },
      { status: 'fulfilled' },
    ]);
    expect(written).toEqual([[1], [2], [4]]);
  });

  it('is answered each', async () => {
    const doubled = new Gathering<number, number>(async (items) => items.map((item) => item * 2), 2);
    expect(await Promise.all([1, 2, 3, 4].map((item) => doubled.add(item)))).toEqual([2, 4, 6, 8]);
  });

  it('knows nothing of what goes on around whoever adds', async () => {
    const around = new AsyncLocalStorage<string>();
    const seen = new Gathering<number, string | undefined>(
      async (items) => items.map(() => around.getStore()),
      2,
    );
    const all = around.run('a transaction', () => Promise.all([1, 2, 3].map((item) => seen.add(item))));
    expect(await all).toEqual([undefined, undefined, undefined]);
  });
});
