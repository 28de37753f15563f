import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolder } from './data-folder.ts';
import { waitForFormerServer } from './postgres/former-server.ts';
import { readLocation } from './postgres/place.ts';
import { readLock } from './run-lock.ts';

// `npm run reset`: deletes what `npm start` has made in the data folder.
const folder = dataFolder(process.env.DATA_DIR || undefined);
process.exitCode = await reset();

async function reset(): Promise<number> {
  const launcher = await readLock(folder.lock);
  if (launcher?.alive) {
    process.stderr.write(`Televisit runs here (process ${launcher.pid}). Stop it first, then reset.\n`);
    return 1;
  }
  const { directory, ...entries } = folder;
  const home = (await readLocation(folder)) ?? folder.postgres;
  // The server of a run that was killed a moment ago would write on into the deleted files.
  await waitForFormerServer(join(home, 'data'));
  // Only what is ours: DATA_DIR may have been set to a folder that holds other things.
  for (const path of [home, ...Object.values(entries)]) await rm(path, { recursive: true, force: true });
  const left = await readdir(directory).catch(() => []);
  if (left.length === 0) await rmdir(directory).catch(() => undefined);
  process.stdout.write(`The data in ${directory} is deleted; the next start makes new data.\n`);
  if (left.length > 0) process.stdout.write(`Left alone, not made by npm start: ${left.join(', ')}\n`);
  return 0;
}
