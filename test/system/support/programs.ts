import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../../apps/local/src/ports.ts';
import { SupervisedProcess } from '../../../apps/local/src/supervised-process.ts';
import { eventually } from '../../support/eventually.ts';

const root = join(import.meta.dirname, '../../..');

/** A server of the operating system that a test runs for itself. */
export interface Program {
  readonly port: number;
  close(): Promise<void>;
}

/** Redis on loopback, in memory only. @param at the port of one that was closed, to come back there. */
export function startRedis(at?: number): Promise<Program> {
  return start('redis-server', (port) => ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], at);
}

/**
 * coturn on loopback. Only a test lets it relay to loopback: in production that is the door to the host's
 * own services.
 * @param at the port; a free one when absent
 * @param bytesPerSecond what it carries for each user; no bound when absent
 */
export function startCoturn(
  secret: string,
  { at, bytesPerSecond }: { at?: number; bytesPerSecond?: number } = {},
): Promise<Program> {
  return start(
    'turnserver',
    (port) => [
      '-n',
      '--no-cli',
      '--no-tls',
      '--no-dtls',
      '--listening-ip=127.0.0.1',
      '--relay-ip=127.0.0.1',
      `--listening-port=${port}`,
      '--realm=televisit.test',
      '--use-auth-secret',
      `--static-auth-secret=${secret}`,
      '--allow-loopback-peers',
      ...(bytesPerSecond === undefined ? [] : [`--max-bps=${bytesPerSecond}`]),
      '--pidfile=turnserver.pid',
      '--log-file=stdout',
    ],
    at,
  );
}

/** coturn on loopback with the configuration that is shipped, and what its start script adds. */
export function startShippedCoturn(secret: string): Promise<Program> {
  return start('turnserver', (port) => [
    '-c',
    join(root, 'infra/coturn/turnserver.conf'),
    '--listening-ip=127.0.0.1',
    '--relay-ip=127.0.0.1',
    `--listening-port=${port}`,
    '--realm=televisit.test',
    `--static-auth-secret=${secret}`,
    '--pidfile=turnserver.pid',
  ]);
}

async function start(command: string, args: (port: number) => string[], at?: number): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'televisit-program-'));
  const port = at ?? (await freePort());
  const supervised = new SupervisedProcess(command, args(port), {
    stopSignal: 'TERM',
    graceSeconds: 5,
    lastSignal: 'KILL',
    output: 'ignore',
    cwd: folder,
    removeAfter: folder,
    // Debian keeps servers in sbin, which an ordinary user's PATH leaves out.
    env: { ...process.env, PATH: `${process.env['PATH']}${delimiter}/usr/sbin` },
  });
  let code: number | undefined;
  void supervised.exited.then((ended) => {
    code = ended;
  });
  await eventually(async () => code !== undefined || (await listens(port)), `${command} listens`);
  if (code !== undefined) throw new Error(`${command} ended with ${code}.`);
  return {
    port,
    async close() {
      await supervised.stop();
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
