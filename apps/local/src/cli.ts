import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { readSettings } from './settings.ts';

// `npm run cli -- <command>`: the operator's commands, on the database that the environment names, or else
// on the one of the server that `npm start` runs here.
const { folder } = readSettings(process.env);
const environment = process.env.DATABASE_URL ? process.env : await environmentOfRunningServer();
if (environment) {
  const cli = [...process.execArgv, 'apps/api/src/cli.ts', ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, cli, { stdio: 'inherit', env: environment });
  process.exitCode = status ?? 1;
} else {
  process.stderr.write('No server runs here. Run npm start first, or set DATABASE_URL and the rest.\n');
  process.exitCode = 1;
}

async function environmentOfRunningServer(): Promise<NodeJS.ProcessEnv | undefined> {
  try {
    return JSON.parse(await readFile(folder.environment, 'utf8'));
  } catch {
    return undefined;
  }
}
