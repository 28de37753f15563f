import { readFile, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { processStart } from './process-identity.ts';
import { StartProblem } from './start-problem.ts';

/** Another connection holds the lock. Source: SQLite, Result and Error Codes. */
const SQLITE_BUSY = 5;

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
  const claim = claimFolder(`${file}.lock`);
  const former = await readLock(file);
  if (!claim) {
    const where = former?.alive ? `: http://localhost:${former.port} (process ${former.pid})` : '';
    throw new StartProblem(
      `Televisit already runs in this data folder${where}.\n` +
        'Stop that one first, or set DATA_DIR and PORT to start another beside it.',
    );
  }
  const own: LauncherRecord = { pid: process.pid, startedAt: (await processStart(process.pid)) ?? 0, port };
  await writeFile(file, `${JSON.stringify(own)}\n`);
  return {
    killed: former,
    release: async () => {
      await rm(file, { force: true });
      claim.close();
    },
  };
}

/**
 * Node has no file locks of its own, but SQLite's are the kernel's: one process at a time holds one, and
 * it is gone when the process is, however that ended.
 * @returns undefined when another process holds the claim
 */
function claimFolder(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file);
  try {
    // Nothing is ever written, so no journal is needed beside the file.
    database.exec('pragma journal_mode = off; begin exclusive');
    return database;
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}
