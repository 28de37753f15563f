import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from './ports.ts';
import type { LocalSecrets } from './secrets.ts';
import type { LocalSettings } from './settings.ts';
import { StartProblem } from './start-problem.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** How long the api may take to migrate, seed and answer, in milliseconds. */
const READY_LIMIT = 120_000;

/** In minutes. */
const A_YEAR = 365 * 24 * 60;

/** Node's arguments for the compiled api, and for its sources with a restart at each change. */
export const apiArguments = {
  // A small nursery for young objects: it saves 40 MB of memory, and what a request allocates fits well.
  built: ['--max-semi-space-size=8', 'dist/apps/api/src/main.js'],
  watched: [
    '--watch',
    '--conditions=source',
    '--import',
    './tools/typescript-loader.mjs',
    'apps/api/src/main.ts',
  ],
};

/** Everything that the api reads from its environment; what the operator has set wins. */
export function apiEnvironment(
  { environment, port, baseUrl, folder }: LocalSettings,
  secrets: LocalSecrets,
  parts: Record<string, string>,
): NodeJS.ProcessEnv {
  const signingKey = environment.TOKEN_SIGNING_KEY
    ? {}
    : { TOKEN_SIGNING_KEY_FILE: secrets.tokenSigningKeyFile };
  const generated = {
    NODE_ENV: 'development',
    PORT: String(port),
    BASE_URL: baseUrl,
    DATA_DIR: folder.directory,
    MAIL_FROM: 'Televisit <no-reply@televisit.test>',
    FIELD_ENCRYPTION_KEY: secrets.fieldEncryptionKey,
    // Who tries it out enters a visit that was just booked, whenever it is.
    VISIT_OPENS_MINUTES: String(A_YEAR),
    WEB_PUSH_PUBLIC_KEY: secrets.webPushPublicKey,
    WEB_PUSH_PRIVATE_KEY: secrets.webPushPrivateKey,
    ...signingKey,
    ...parts,
  };
  const chosen = Object.entries(environment).filter(([, value]) => value !== '');
  return { ...generated, ...Object.fromEntries(chosen), DATA_DIR: folder.directory };
}

/** Starts the api on this Node with its output in this terminal. */
export function startApi(nodeArguments: string[], environment: NodeJS.ProcessEnv): SupervisedProcess {
  return new SupervisedProcess(process.execPath, nodeArguments, {
    stopSignal: 'TERM',
    graceSeconds: 15,
    lastSignal: 'KILL',
    output: 'inherit',
    env: environment,
  });
}

/**
 * Resolves when the api serves requests.
 * @throws StartProblem when it is not ready in time
 */
export async function untilReady(port: number, signal: AbortSignal): Promise<void> {
  const limit = performance.now() + READY_LIMIT;
  while (!(await isReady(port))) {
    if (signal.aborted) return;
    if (performance.now() > limit) {
      throw new StartProblem(`The api does not answer on port ${port}; its messages are above.`);
    }
    await sleep(40);
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(5_000);
    return (await fetch(`http://${LOOPBACK}:${port}/health/ready`, { signal })).ok;
  } catch {
    return false;
  }
}
