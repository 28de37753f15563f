import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiEnvironment, startApi, untilReady } from './api-process.ts';
import { createDataFolder } from './data-folder.ts';
import { startParts } from './parts.ts';
import { portProblem } from './ports.ts';
import { type LauncherRecord, takeRunLock } from './run-lock.ts';
import { loadSecrets } from './secrets.ts';
import { prepareDemoData } from './seed/demo-data.ts';
import type { LocalSettings } from './settings.ts';
import { StartProblem } from './start-problem.ts';
import { welcome } from './welcome.ts';

/** How long the api of a run that was killed may still hold the port, in milliseconds. */
const FORMER_API_PATIENCE = 20_000;

export interface LaunchOptions {
  settings: LocalSettings;
  /** Node's arguments that run the api; see apiArguments. */
  api: string[];
  /** Aborted when everything is to stop. */
  signal: AbortSignal;
  print: (text: string) => void;
}

/**
 * Runs the embedded parts and the api until the signal is aborted or one of them ends, and stops them in
 * the opposite order.
 * @returns the exit code: 0 after the signal, else the api's, or 1
 * @throws StartProblem when it cannot start; then nothing is left running
 */
export async function launch({ settings, api, signal, print }: LaunchOptions): Promise<number> {
  const { folder, port } = settings;
  await createDataFolder(folder);
  const lock = await takeRunLock(folder.lock, port);
  try {
    await claimPort(port, lock.killed);
    const secrets = await loadSecrets(folder.secrets);
    const parts = await startParts(settings, secrets);
    try {
      if (signal.aborted) return 0;
      const environment = apiEnvironment(settings, secrets, parts.variables);
      const problem = await prepareDemoData(settings, environment, signal);
      if (problem) print(`\n${problem}\n`);
      if (signal.aborted) return 0;
      return await runApi({ settings, api, signal, print }, environment, parts.ended);
    } finally {
      await parts.stop();
    }
  } finally {
    await lock.release();
  }
}

async function runApi(
  { settings, api, signal, print }: LaunchOptions,
  environment: NodeJS.ProcessEnv,
  partEnded: Promise<string>,
): Promise<number> {
  const { environment: notes } = settings.folder;
  await writeFile(notes, JSON.stringify(environment), { mode: 0o600 });
  const server = startApi(api, environment);
  const over = new AbortController();
  try {
    const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort');
    const end = Promise.race([
      stopped.then(() => ({ code: 0, reason: '' })),
      server.exited.then((code) => ({ code: code || 1, reason: `The api ended (exit code ${code}).` })),
      partEnded.then((reason) => ({ code: 1, reason })),
    ]).finally(() => over.abort());
    const ready = untilReady(settings.port, over.signal).then(async () => {
      if (!over.signal.aborted) print(await welcome(settings, environment));
    });
    await Promise.race([ready, end]);
    const { code, reason } = await end;
    if (reason) print(`\n${reason}\n`);
    return code;
  } finally {
    over.abort();
    await server.stop();
    await rm(notes, { force: true });
  }
}

/** @throws StartProblem when another program has the port */
async function claimPort(port: number, killed: LauncherRecord | undefined): Promise<void> {
  const limit = performance.now() + (killed?.port === port ? FORMER_API_PATIENCE : 0);
  for (let problem = await portProblem(port); problem; problem = await portProblem(port)) {
    if (problem === 'EADDRINUSE' && performance.now() < limit) {
      // The api of the run that was killed is still finishing its requests.
      await sleep(50);
      continue;
    }
    const why = problem === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${problem})`;
    throw new StartProblem(
      `Port ${port} ${why}. Choose another one: PORT=${port + 1} npm start\n` +
        '`npm run diagnose` says which program has it.',
    );
  }
}
