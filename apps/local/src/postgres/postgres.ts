import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type DatabaseError } from 'pg';
import { LOOPBACK } from '../ports.ts';
import { StartProblem } from '../start-problem.ts';
import { SupervisedProcess } from '../supervised-process.ts';
import { usableBinaries } from './binaries.ts';
import { type ClusterOptions, dataOf, ensureCluster, postgresEnvironment, SUPERUSER } from './cluster.ts';
import { waitForFormerServer } from './former-server.ts';
import type { Place } from './place.ts';

/** How long the server may take until it accepts connections, recovery after a crash included: ms. */
const START_LIMIT = 120_000;

/** `cannot_connect_now`: the server is starting or recovering. Source: PostgreSQL manual, appendix A. */
const STARTING = '57P03';

export interface PostgresOptions extends ClusterOptions {
  place: Place;
  port: number;
  /** Server settings beside the ones that are always set. */
  settings?: Record<string, string>;
  /** Delete the database's home after the server stopped, even if this process was killed. */
  removeAfter?: boolean;
}

export interface PostgresServer {
  port: number;
  /** Resolves when the server has ended, to its exit code. */
  exited: Promise<number>;
  /** A connection URL for the superuser. */
  superuserUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL server on loopback, making its database files first if there are none. It stops
 * when this process ends, in whichever way.
 * @throws StartProblem with the end of the server's log when it does not come up
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { place, port } = options;
  const binaries = await usableBinaries(place);
  await waitForFormerServer(dataOf(place));
  await ensureCluster(place, binaries, options);
  const logFile = join(place.home, 'postgres.log');
  const server = await spawnServer(binaries, logFile, options);
  const superuserUrl = urlFor({ user: SUPERUSER, password: options.superuserPassword, port });
  try {
    await untilItAnswers(superuserUrl, server, logFile);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    port,
    exited: server.exited,
    superuserUrl,
    stop: async () => {
      await server.stop();
    },
  };
}

/** A connection URL of the server on loopback. */
export function urlFor(at: { user: string; password: string; port: number; database?: string }): string {
  return `postgres://${at.user}:${at.password}@${LOOPBACK}:${at.port}/${at.database ?? 'postgres'}`;
}

async function spawnServer(binaries: string, logFile: string, options: PostgresOptions) {
  const { place, port, durable } = options;
  const settings = {
    listen_addresses: LOOPBACK,
    port: String(port),
    // Loopback with a password is the one way in.
    unix_socket_directories: '',
    timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
    ...options.settings,
  };
  const log = await open(logFile, 'w', 0o600);
  try {
    return new SupervisedProcess(
      join(binaries, 'bin', 'postgres'),
      [
        '-D',
        dataOf(place),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        // INT is PostgreSQL's fast shutdown, QUIT the immediate one that recovers at the next start.
        stopSignal: 'INT',
        graceSeconds: 20,
        lastSignal: 'QUIT',
        output: log.fd,
        env: postgresEnvironment,
        cwd: '/',
        account: place.account,
        removeAfter: options.removeAfter ? place.home : undefined,
      },
    );
  } finally {
    await log.close();
  }
}

async function untilItAnswers(url: string, server: SupervisedProcess, logFile: string): Promise<void> {
  let ended = false;
  server.exited
    .finally(() => {
      ended = true;
    })
    .catch(() => undefined);
  const limit = performance.now() + START_LIMIT;
  for (;;) {
    const problem = await tryConnecting(url);
    if (ended) throw new StartProblem(`PostgreSQL did not start:\n${await tail(logFile)}`);
    if (!problem) return;
    const starting = problem.code === 'ECONNREFUSED' || problem.code === STARTING;
    if (!starting) throw new StartProblem(`PostgreSQL refuses the connection: ${problem.message}`);
    if (performance.now() > limit)
      throw new StartProblem(`PostgreSQL takes too long:\n${await tail(logFile)}`);
    await sleep(20);
  }
}

async function tryConnecting(url: string): Promise<{ code?: string; message: string } | undefined> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return error as DatabaseError;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function tail(file: string): Promise<string> {
  // A throw-away server takes its log with it.
  const log = await readFile(file, 'utf8').catch(() => 'It left no log.');
  return log.trimEnd().split('\n').slice(-12).join('\n');
}
