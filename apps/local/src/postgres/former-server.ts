import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, processStart } from '../process-identity.ts';
import { StartProblem } from '../start-problem.ts';

/** How long a server of a killed run may take to stop, in milliseconds. */
const PATIENCE = 30_000;

/** The server that runs on the database's files, if any: its process id. */
export async function serverOn(data: string): Promise<number | undefined> {
  const pid = await recordedPid(data);
  if (!pid || (await processStart(pid)) === undefined) return undefined;
  const command = await commandLine(pid);
  return command === '' || command.includes(data) ? pid : undefined;
}

/**
 * Waits until the server of a run that was killed has stopped; its supervisor sees to that. Then removes
 * a postmaster.pid whose process id now belongs to another program, which PostgreSQL would respect.
 */
export async function waitForFormerServer(data: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (let pid = await serverOn(data); pid; pid = await serverOn(data)) {
    if (performance.now() > end) {
      throw new StartProblem(
        `A PostgreSQL of a former run (process ${pid}) still uses ${data} and does not stop. ` +
          `End it with \`kill -INT ${pid}\` and start again.`,
      );
    }
    await sleep(20);
  }
  await rm(join(data, 'postmaster.pid'), { force: true });
}

async function recordedPid(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) ? undefined : pid;
}
