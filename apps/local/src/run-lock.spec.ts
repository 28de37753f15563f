import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { readLock, takeRunLock } from './run-lock.ts';

describe('the run lock', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'televisit-lock-'));
    file = join(folder, 'launcher.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('admits one launcher at a time', async () => {
    const lock = await takeRunLock(file, 8000);
    await expect(takeRunLock(file, 8001)).rejects.toThrow(/already runs.*8000/);
    await lock.release();
    await (await takeRunLock(file, 8001)).release();
    expect(await readLock(file)).toBeUndefined();
  });

  it('knows a dead launcher, also when another process has its id now', async () => {
    const dead = { pid: process.pid, startedAt: 1, port: 8000 };
    await writeFile(file, JSON.stringify(dead));
    expect(await readLock(file)).toEqual({ ...dead, alive: false });
    const lock = await takeRunLock(file, 8001);
    expect(lock.killed).toMatchObject(dead);
    expect(await readLock(file)).toMatchObject({ pid: process.pid, port: 8001, alive: true });
    await lock.release();
  });

  it('lets one of many that find a dead launcher win', async () => {
    await writeFile(file, JSON.stringify({ pid: process.pid, startedAt: 1, port: 8000 }));
    const starts = await Promise.allSettled(Array.from({ length: 20 }, () => takeRunLock(file, 8000)));
    const winners = starts.filter((start) => start.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    await winners[0]?.value.release();
  });

  it('is free again when its holder was killed', async () => {
    const program = `
      const { takeRunLock } = await import(${JSON.stringify(import.meta.resolve('./run-lock.ts'))});
      globalThis.lock = await takeRunLock(${JSON.stringify(file)}, 8000);
      process.send('locked');
      setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, [...process.execArgv, '--input-type=module', '-e', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await once(holder, 'message');
    await expect(takeRunLock(file, 8001)).rejects.toThrow(`process ${holder.pid}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = await takeRunLock(file, 8001);
    expect(lock.killed).toMatchObject({ pid: holder.pid, alive: false });
    await lock.release();
  });
});
