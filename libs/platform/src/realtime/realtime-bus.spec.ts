import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'expect';
import { Redis } from 'ioredis';
import { newId } from '#kernel';
import { InProcessBus } from './in-process-bus.ts';
import type { LogEntry, RealtimeBus } from './realtime-bus.ts';
import { RedisBus } from './redis-bus.ts';

const BOUNDS = { maxLength: 10, ttlSeconds: 60 };
const REDIS_URL = process.env.REDIS_URL;

/** Waits for a fact. */
async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error('That did not happen within 5 s.');
    await pause(5);
  }
}

/** `open` returns a door to the one bus of this deployment, as another process would have. */
function conformance(name: string, open: () => RealtimeBus, skip: string | false) {
  describe(`RealtimeBus: ${name}`, { skip }, () => {
    let here: RealtimeBus;
    let there: RealtimeBus;

    before(() => {
      here = open();
      there = open();
    });
    after(async () => {
      await here.close();
      await there.close();
    });

    it('delivers a message to the listeners of its channel until they stop', async () => {
      const heard: string[] = [];
      const other: string[] = [];
      const stop = await there.subscribe('a', (message) => heard.push(message));
      await there.subscribe('b', (message) => other.push(message));
      await here.publish('a', 'one');
      await until(() => heard.length === 1);
      await stop();
      await here.publish('a', 'two');
      await here.publish('b', 'last');
      await until(() => other.length === 1);
      expect(heard).toEqual(['one']);
      expect(other).toEqual(['last']);
    });

    it('numbers entries and delivers them in one order to every follower', async () => {
      const log = newId();
      const seen: LogEntry[][] = [[], []];
      const first = await here.follow(log, (entry) => seen[0]?.push(entry));
      await there.follow(log, (entry) => seen[1]?.push(entry));
      expect(first.sequence).toBe(0);
      const numbers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => (n % 2 ? here : there).append(log, `entry ${n}`, BOUNDS)),
      );
      await until(() => seen.every((entries) => entries.length === 8));
      expect(seen[0]).toEqual(seen[1]);
      const sequences = seen[0]!.map((entry) => entry.sequence);
      expect(sequences).toEqual([...(numbers as number[])].sort((a, b) => a - b));
      expect(sequences.every((sequence, n) => n === 0 || sequence === sequences[n - 1]! + 1)).toBe(true);
    });

    it('lets a follower append without disturbing the order', async () => {
      const log = newId();
      const seen: string[][] = [[], []];
      await here.follow(log, (entry) => {
        seen[0]?.push(String(entry.content));
        if (entry.content === 'question') void here.append(log, 'answer', BOUNDS);
      });
      await here.follow(log, (entry) => seen[1]?.push(String(entry.content)));
      await here.append(log, 'question', BOUNDS);
      await until(() => seen.every((texts) => texts.length === 2));
      expect(seen).toEqual([
        ['question', 'answer'],
        ['question', 'answer'],
      ]);
    });

    it('starts a follower after what is there and reads again what is asked for', async () => {
      const log = newId();
      const one = (await here.append(log, 'one', BOUNDS))!;
      const two = (await here.append(log, 'two', BOUNDS))!;
      const seen: string[] = [];
      const follower = await there.follow(log, (entry) => seen.push(String(entry.content)));
      expect(follower.sequence).toBe(two);
      await here.append(log, 'three', BOUNDS);
      await until(() => seen.length === 1);
      await follower.stop();
      await here.append(log, 'four', BOUNDS);
      expect(seen).toEqual(['three']);
      const texts = async (sequence: number) =>
        (await there.readAfter(log, sequence))?.map((entry) => entry.content) ?? null;
      expect(await texts(0)).toEqual(['one', 'two', 'three', 'four']);
      expect(await texts(one)).toEqual(['two', 'three', 'four']);
      expect(await texts(two + 2)).toEqual([]);
      expect(await texts(two + 99)).toBeNull();
      expect(await there.readAfter('no such log', 0)).toEqual([]);
      expect(await there.readAfter('no such log', 5)).toBeNull();
    });

    it('keeps the order of what is posted and what is appended', async () => {
      const log = newId();
      const heard: string[] = [];
      await there.follow(log, (entry) => heard.push(String(entry.content)));
      const never = (error: unknown) => {
        throw error;
      };
      const written = { toString: () => 'as text' };
      for (const content of ['a', 'é😀 b', written]) here.post(log, content, BOUNDS, never);
      const number = await here.append(log, 'c', BOUNDS);
      here.post(log, 'd', BOUNDS, never);
      await until(() => heard.length === 5);
      expect(heard).toEqual(['a', 'é😀 b', 'as text', 'c', 'd']);
      expect((await there.readAfter(log, number! - 2))!.map((entry) => entry.content)).toEqual([
        'as text',
        'c',
        'd',
      ]);
    });

    it('forgets the oldest entries and says so', async () => {
      const log = newId();
      const numbers: number[] = [];
      for (let n = 0; n < 25; n++) numbers.push((await here.append(log, `entry ${n}`, BOUNDS))!);
      expect(await here.readAfter(log, numbers[0]!)).toBeNull();
      expect(await here.readAfter(log, numbers[20]!)).toHaveLength(4);
      const kept = (await here.readAfter(log, 0))!;
      expect(kept.length).toBeGreaterThanOrEqual(10);
      expect(kept.length).toBeLessThan(20);
      expect(kept.at(-1)).toEqual({ sequence: numbers[24], content: 'entry 24' });
    });

    it('changes a field together with an entry, or does neither', async () => {
      const log = newId();
      const change = (expected: string | null, value: string | null) =>
        here.append(log, `to ${value}`, BOUNDS, { field: 'ann', expected, value });
      expect(await change(null, 'v1')).not.toBeNull();
      expect(await change(null, 'v2')).toBeNull();
      expect(await change('other', 'v2')).toBeNull();
      expect(await change('v1', 'v2')).not.toBeNull();
      expect(await there.fields(log)).toEqual(new Map([['ann', 'v2']]));
      expect(await change('v2', null)).not.toBeNull();
      expect(await change('v2', null)).toBeNull();
      expect(await there.fields(log)).toEqual(new Map());
      expect((await here.readAfter(log, 0))!.map((entry) => entry.content)).toEqual([
        'to v1',
        'to v2',
        'to null',
      ]);
      expect(await here.fields('no such log')).toEqual(new Map());
    });

    it('lets one of many win a change', async () => {
      const log = newId();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? here : there).append(log, `${n}`, BOUNDS, { field: 'x', expected: null, value: `${n}` }),
        ),
      );
      expect(results.filter((sequence) => sequence !== null)).toHaveLength(1);
    });

    it('keeps a lease alive for its time only', async () => {
      const lease = newId();
      expect(await there.isAlive(lease)).toBe(false);
      await here.keepAlive(lease, 1);
      expect(await there.isAlive(lease)).toBe(true);
      await until(async () => !(await there.isAlive(lease)));
    });

    it('carries any text', async () => {
      const log = newId();
      const text = 'a b\r\n"é" \u{1f600} \u0000 {"x":1}';
      await here.append(log, text, BOUNDS);
      expect((await there.readAfter(log, 0))![0]!.content).toBe(text);
    });
  });
}

const inProcess = new InProcessBus();
conformance('in process', () => inProcess, false);

const prefix = `test-${newId()}`;
conformance(
  'redis',
  () => new RedisBus(REDIS_URL ?? '', prefix, () => {}),
  REDIS_URL ? false : 'REDIS_URL is not set',
);

describe('RedisBus', { skip: REDIS_URL ? false : 'REDIS_URL is not set' }, () => {
  it('reads again what it missed while its connection was lost', async () => {
    const writer = new RedisBus(REDIS_URL!, prefix, () => {});
    const reader = new RedisBus(REDIS_URL!, prefix, () => {});
    const admin = new Redis(REDIS_URL!);
    try {
      const log = newId();
      const seen: string[] = [];
      await reader.follow(log, (entry) => seen.push(String(entry.content)));
      await writer.append(log, '0', BOUNDS);
      await until(() => seen.length === 1);
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      for (const text of ['1', '2', '3']) await writer.append(log, text, BOUNDS);
      await until(() => seen.length === 4);
      await writer.append(log, '4', BOUNDS);
      await until(() => seen.length === 5);
      expect(seen).toEqual(['0', '1', '2', '3', '4']);
    } finally {
      await writer.close();
      await reader.close();
      admin.disconnect();
    }
  });
});
