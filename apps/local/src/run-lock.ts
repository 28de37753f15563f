import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { processStart } from './process-identity.ts';
import { StartProblem } from './start-problem.ts';

/** A launcher, as its lock file describes it. */
export interface LauncherRecord {
  pid: number;
  /** See processStart. */
  startedAt: number;
  /** The api's port. */
  port: number;
}

export interface RunLock {
  /** The launcher that held the data folder before and was killed, if it did not end properly. */
  killed: LauncherRecord | undefined;
  release(): Promise<void>;
}

/** What the lock file says, and whether that launcher still lives. */
export async function readLock(file: string): Promise<(LauncherRecord & { alive: boolean }) | undefined> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as LauncherRecord;
    return { ...record, alive: (await processStart(record.pid)) === record.startedAt };
  } catch {
    return undefined;
  }
}

/**
 * Makes this process the only launcher of the data folder.
 * @throws StartProblem when another one runs there
 */
export async function takeRunLock(file: string, port: number): Promise<RunLock> {
  const own: LauncherRecord = { pid: process.pid, startedAt: (await processStart(process.pid)) ?? 0, port };
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(own)}\n`);
  try {
    const holder = await readLock(file);
    if (holder?.alive) {
      throw new StartProblem(
        `Televisit already runs in this data folder: http://localhost:${holder.port} (process ${holder.pid}).\n` +
          'Stop that one first, or set DATA_DIR and PORT to start another beside it.',
      );
    }
    await removeStale(file, `${draft}.stale`);
    // A link appears with its content and fails if there is one already, so only one starter wins.
    await link(draft, file);
    return { killed: holder, release: () => rm(file, { force: true }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new StartProblem('Another Televisit is starting in this data folder.');
  } finally {
    await rm(draft, { force: true });
  }
}

/** Takes the lock of a dead launcher away, and puts it back if a live one replaced it meanwhile. */
async function removeStale(file: string, aside: string): Promise<void> {
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readLock(aside))?.alive) await link(aside, file);
  await rm(aside);
}
