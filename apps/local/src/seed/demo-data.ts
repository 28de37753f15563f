import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalSettings } from '../settings.ts';
import { SupervisedProcess } from '../supervised-process.ts';
import { PASSWORD } from './cast.ts';
import { joinableRoom } from './joinable-room.ts';
import { LOGINS } from './logins.ts';

const SEED = join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? 'main.ts' : 'main.js');

/**
 * Sees to it that the demo data is there, with a visit that can be joined now, and leaves notes of it for the
 * welcome screen. A start that finds both asks the database one question; any other runs the seed in a
 * process of its own, before the api starts.
 * @param environment the api's
 * @returns what went wrong, for the person at the terminal; the server can do without
 */
export async function prepareDemoData(
  settings: LocalSettings,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { folder, baseUrl } = settings;
  await rm(folder.demo, { force: true });
  const databaseUrl = environment.DATABASE_URL;
  if (!databaseUrl || !isWanted(settings, environment)) return undefined;
  try {
    let room = await joinableRoom(databaseUrl);
    if (!room) {
      const code = await withoutWebhooks(environment, () => runSeed(environment, signal));
      if (signal.aborted) return undefined;
      if (code !== 0) return 'The demo data could not be made; the reason is above.';
      room = await joinableRoom(databaseUrl);
    }
    const visitUrl = room && `${baseUrl}/visit/${room}`;
    await writeFile(
      folder.demo,
      `${JSON.stringify({ password: PASSWORD, logins: LOGINS, visitUrl }, null, 2)}\n`,
    );
    return undefined;
  } catch (error) {
    return `The demo data could not be made: ${(error as Error).message}`;
  }
}

/** Not in production, not without the sandboxes, and not in somebody's own database unless they say so. */
function isWanted(settings: LocalSettings, environment: NodeJS.ProcessEnv): boolean {
  const {
    NODE_ENV: mode,
    STRIPE_API_URL: stripe,
    RAZORPAY_KEY_ID: key,
    RAZORPAY_API_URL: razorpay,
  } = environment;
  if (mode === 'production' || !stripe || (key && !razorpay)) return false;
  const { SEED_DEMO: chosen, DATABASE_URL: ownDatabase } = settings.environment;
  return chosen ? chosen === '1' : !ownDatabase;
}

/** The sandboxes do not try to tell a server that is not up yet: the seed takes the news in by itself. */
async function withoutWebhooks<T>(environment: NodeJS.ProcessEnv, run: () => Promise<T>): Promise<T> {
  const sandboxes = [environment.STRIPE_API_URL, environment.RAZORPAY_API_URL].filter((url) => url);
  const setFaults = (request: RequestInit) =>
    Promise.all(sandboxes.map((url) => fetch(new URL('/_sandbox/faults', url), request)));
  await setFaults({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fault: 'lose', count: 'all' }),
  });
  try {
    return await run();
  } finally {
    await setFaults({ method: 'DELETE' });
  }
}

async function runSeed(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  const seed = new SupervisedProcess(process.execPath, [...process.execArgv, SEED], {
    stopSignal: 'TERM',
    graceSeconds: 2,
    lastSignal: 'KILL',
    output: 'inherit',
    env: { ...environment, SEED_DEMO: '1', LOG_LEVEL: 'warn' },
  });
  const stop = () => void seed.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await seed.exited;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
