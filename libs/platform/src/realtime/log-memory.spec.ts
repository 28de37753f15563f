import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { LogMemory } from './log-memory.ts';

describe('LogMemory', () => {
  const text = fc.oneof(
    { weight: 5, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 2, arbitrary: fc.nat(9_000).map((length) => 'é'.repeat(length)) },
    // Larger than the largest page.
    fc.nat(9).map((n) => `${n}`.repeat(70_000)),
  );

  it('remembers the newest entries, as many as asked for and little more, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 120 }), fc.integer({ min: 1, max: 30 }), (texts, maxLength) => {
        const memory = new LogMemory();
        const all = texts.map((content) => ({ sequence: memory.push(content, maxLength), content }));
        expect(all.map(({ sequence }) => sequence)).toEqual(texts.map((_, index) => index + 1));
        expect(memory.last).toBe(texts.length);
        const kept = memory.after(0) ?? [];
        expect(kept).toEqual(all.slice(all.length - kept.length));
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(maxLength, all.length));
        expect(kept.length).toBeLessThan(2 * maxLength + 2);
        for (let sequence = 1; sequence <= all.length + 1; sequence++) {
          const isKept = sequence > all.length - kept.length && sequence <= all.length;
          expect(memory.after(sequence)).toEqual(isKept ? all.slice(sequence) : null);
        }
      }),
    );
  });

  it('takes no more room when it is full', () => {
    const memory = new LogMemory();
    const write = () => {
      for (let n = 0; n < 5_000; n++) memory.push(`${n}`.padEnd(1_000, '.'), 500);
    };
    write();
    const before = process.memoryUsage().arrayBuffers;
    write();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
  });
});
