import { existsSync } from 'node:fs';
import { chown, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartProblem } from '../start-problem.ts';
import { SupervisedProcess } from '../supervised-process.ts';
import type { Place } from './place.ts';

export const SUPERUSER = 'postgres';

/** PostgreSQL needs little of the environment, and the caller's PG* and LC_* variables would mislead it. */
export const postgresEnvironment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

/** The database's files inside its home. */
export function dataOf(place: Place): string {
  return join(place.home, 'data');
}

export interface ClusterOptions {
  superuserPassword: string;
  /** False for a database that nobody will miss: its files are not flushed to the disk. */
  durable: boolean;
}

/** Makes the database's files if there are none. A run that was killed meanwhile leaves no half of them. */
export async function ensureCluster(place: Place, binaries: string, options: ClusterOptions): Promise<void> {
  const data = dataOf(place);
  if (existsSync(join(data, 'PG_VERSION'))) return;
  for (const name of await readdir(place.home)) {
    if (name.startsWith('new-')) await rm(join(place.home, name), { recursive: true, force: true });
  }
  const draft = join(place.home, `new-${process.pid}`);
  await initdb(place, binaries, draft, options);
  await rename(draft, data);
}

async function initdb(place: Place, binaries: string, data: string, options: ClusterOptions): Promise<void> {
  const passwordFile = `${data}-password`;
  const logFile = join(place.home, 'initdb.log');
  await writeFile(passwordFile, options.superuserPassword, { mode: 0o600 });
  if (place.account) await chown(passwordFile, place.account.uid, place.account.gid);
  const log = await open(logFile, 'w');
  const run = new SupervisedProcess(
    join(binaries, 'bin', 'initdb'),
    [
      `--pgdata=${data}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(options.durable ? [] : ['--no-sync']),
    ],
    {
      stopSignal: 'INT',
      graceSeconds: 5,
      lastSignal: 'KILL',
      output: log.fd,
      env: postgresEnvironment,
      cwd: '/',
      account: place.account,
    },
  );
  try {
    if ((await run.exited) !== 0) {
      throw new StartProblem(`The database could not be made:\n${await readFile(logFile, 'utf8')}`);
    }
  } finally {
    await log.close();
    await rm(passwordFile, { force: true });
  }
}
