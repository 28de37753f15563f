import { readdir, readFile, readlink } from 'node:fs/promises';
import { commandLine } from './process-identity.ts';

/** The state of a listening socket in /proc/net/tcp. Source: Linux, include/net/tcp_states.h. */
const LISTENING = '0A';

/**
 * Says which program listens on the port, in words. Only Linux tells, and of other users' programs only
 * root learns it.
 */
export async function portHolder(port: number): Promise<string> {
  const sockets = await listeningSockets(port);
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (sockets.has(target)) return `process ${pid} has it (${await commandLine(Number(pid))})`;
    }
  }
  return 'a program has it that this user cannot see';
}

async function listeningSockets(port: number): Promise<Set<string>> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.split('\n')).map((line) => line.trim().split(/\s+/));
  // Columns: number, local address, remote address, state, …; the tenth is the socket's inode.
  const matching = rows.filter((row) => row[1]?.endsWith(suffix) && row[3] === LISTENING);
  return new Set(matching.map((row) => `socket:[${row[9]}]`));
}
