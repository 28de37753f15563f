import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFolder } from '../data-folder.ts';
import { type Account, accountFor, mayUse } from './account.ts';

/** Where a database server keeps its files, and as whom it runs. */
export interface Place {
  home: string;
  account: Account | undefined;
}

/**
 * Finds or makes the database's folder: `postgres` in the data folder. For root that can be a place that
 * PostgreSQL's account cannot reach, such as below /root. Then the database lies in /var/lib/televisit,
 * under a name made from the data folder's path, and a file in the data folder says where.
 */
export async function placePostgres(folder: DataFolder): Promise<Place> {
  const elsewhere = await readLocation(folder);
  const inside = await own(elsewhere ?? folder.postgres);
  if (elsewhere || !inside.account || mayUse(inside.account, inside.home, 'write')) return inside;
  await rmdir(inside.home);
  const name = createHash('sha256').update(folder.directory).digest('hex').slice(0, 16);
  const home = join('/var/lib/televisit', name);
  await writeFile(folder.postgresLocation, `${home}\n`);
  return await own(home);
}

/** Where the database lies when it is not in the data folder. */
export async function readLocation(folder: DataFolder): Promise<string | undefined> {
  return await readFile(folder.postgresLocation, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/** Makes the folder, if there is none, and gives it to PostgreSQL's account. */
export async function own(home: string): Promise<Place> {
  const account = await accountFor(home);
  await mkdir(home, { recursive: true });
  await chmod(home, 0o700);
  if (account) await chown(home, account.uid, account.gid);
  return { home, account };
}
