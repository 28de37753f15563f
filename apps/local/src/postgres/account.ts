import { spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';

/** The user that PostgreSQL runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. Root starts it as the owner of its folder, or for a new folder as
 * `postgres` or `nobody`. Anyone else starts it as themselves: undefined.
 */
export async function accountFor(home: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(home).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const user = users.find(([candidate]) => candidate === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  // The ids that every Linux keeps for nobody.
  return { uid: 65534, gid: 65534 };
}

/**
 * Whether the account may use the path, its parents included. The kernel is asked, as that account,
 * because mode bits alone do not tell (access lists, mount options).
 */
export function mayUse(account: Account, path: string, access: 'execute' | 'write'): boolean {
  const test = access === 'execute' ? 'test -x "$1"' : 'test -w "$1" && test -x "$1"';
  return spawnSync('/bin/sh', ['-c', test, 'sh', path], { cwd: '/', ...account }).status === 0;
}
