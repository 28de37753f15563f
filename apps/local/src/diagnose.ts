import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiArguments, apiEnvironment } from './api-process.ts';
import { createDataFolder } from './data-folder.ts';
import { portHolder } from './port-holder.ts';
import { portProblem } from './ports.ts';
import { usableBinaries } from './postgres/binaries.ts';
import { serverOn } from './postgres/former-server.ts';
import { placePostgres } from './postgres/place.ts';
import { readLock } from './run-lock.ts';
import { loadSecrets } from './secrets.ts';
import { type LocalSettings, readSettings } from './settings.ts';

// The second half of `npm run diagnose`, what needs the packages: prints one JSON array of findings for
// tools/diagnose.mjs.
interface Finding {
  level: 'ok' | 'warning' | 'problem';
  text: string;
  advice?: string;
}

const checks: [string, (settings: LocalSettings) => Promise<Finding>][] = [
  ['data folder', dataFolderWritable],
  ['run lock', former],
  ['port', port],
  ['database programs', databasePrograms],
  ['database', database],
  ['configuration', configuration],
];

process.stdout.write(JSON.stringify(await findings()));

async function findings(): Promise<Finding[]> {
  const list: Finding[] = [];
  try {
    const settings = readSettings(process.env);
    for (const [name, check] of checks) {
      list.push(await check(settings).catch((error: Error) => problem(`${name}: ${error.message}`)));
    }
  } catch (error) {
    list.push(problem((error as Error).message));
  }
  return list;
}

async function dataFolderWritable({ folder }: LocalSettings): Promise<Finding> {
  await createDataFolder(folder);
  return ok(`Data folder ${folder.directory} can be written`);
}

async function former({ folder }: LocalSettings): Promise<Finding> {
  const launcher = await readLock(folder.lock);
  if (!launcher) return ok('No Televisit runs in this data folder');
  if (launcher.alive) return ok(`Televisit runs here on port ${launcher.port} (process ${launcher.pid})`);
  return warning('The last run was killed', 'Nothing to do: the next start cleans up after it.');
}

async function port({ folder, port }: LocalSettings): Promise<Finding> {
  const reason = await portProblem(port);
  if (!reason) return ok(`Port ${port} is free`);
  const launcher = await readLock(folder.lock);
  if (launcher?.alive && launcher.port === port) return ok(`Port ${port} is served by this Televisit`);
  const holder = reason === 'EADDRINUSE' ? await portHolder(port) : `the system refuses it (${reason})`;
  return problem(`Port ${port} is not free: ${holder}`, `Choose another: PORT=${port + 1} npm start`);
}

async function databasePrograms({ environment, folder }: LocalSettings): Promise<Finding> {
  if (environment.DATABASE_URL) return ok('DATABASE_URL is set: the embedded PostgreSQL is not used');
  const place = await placePostgres(folder);
  const binaries = await usableBinaries(place);
  const program = join(binaries, 'bin', 'postgres');
  const run = spawnSync(program, ['--version'], { cwd: '/', encoding: 'utf8', ...place.account });
  if (run.status === 0) return ok(`Embedded ${run.stdout.trim()} runs; its files are in ${place.home}`);
  const why = run.stderr || run.error?.message || `exit code ${run.status}`;
  return problem(`The embedded PostgreSQL does not run: ${why.trim()}`, 'Run `npm ci`, or set DATABASE_URL.');
}

async function database({ folder }: LocalSettings): Promise<Finding> {
  if ((await readLock(folder.lock))?.alive) return ok('The database belongs to the running Televisit');
  const data = join((await placePostgres(folder)).home, 'data');
  // The server of a run that was just killed needs a moment to stop.
  for (let tries = 0; tries < 20 && (await serverOn(data)); tries += 1) await sleep(100);
  const pid = await serverOn(data);
  if (!pid) return ok('No PostgreSQL of a former run is left');
  return warning(`PostgreSQL of a former run still runs (process ${pid})`, `End it: kill -INT ${pid}`);
}

async function configuration(settings: LocalSettings): Promise<Finding> {
  const entry = apiArguments.built.at(-1) ?? '';
  if (!existsSync(entry)) return ok('The api is not built yet; `npm start` builds it');
  const secrets = await loadSecrets(settings.folder.secrets);
  // Stand-ins for what the embedded parts would say; what the operator has set wins as in a real start.
  const embedded = {
    DATABASE_URL: 'postgres://televisit_app:password@127.0.0.1:5432/televisit',
    DATABASE_OWNER_URL: 'postgres://televisit_owner:password@127.0.0.1:5432/televisit',
    S3_ENDPOINT: 'http://127.0.0.1:9000',
    S3_REGION: 'us-east-1',
    S3_BUCKET: 'televisit',
    S3_ACCESS_KEY_ID: secrets.s3AccessKeyId,
    S3_SECRET_ACCESS_KEY: secrets.s3SecretAccessKey,
    SMTP_URL: 'smtp://127.0.0.1:2525',
    MAIL_SPOOL_DIR: settings.folder.mail,
    STRIPE_API_URL: 'http://127.0.0.1:12111',
    STRIPE_SECRET_KEY: secrets.stripeSecretKey,
    STRIPE_PUBLISHABLE_KEY: secrets.stripePublishableKey,
    STRIPE_WEBHOOK_SECRETS: secrets.stripeWebhookSecret,
    RAZORPAY_API_URL: 'http://127.0.0.1:12112',
    RAZORPAY_KEY_ID: secrets.razorpayKeyId,
    RAZORPAY_KEY_SECRET: secrets.razorpayKeySecret,
    RAZORPAY_WEBHOOK_SECRETS: secrets.razorpayWebhookSecret,
  };
  const run = spawnSync(process.execPath, [entry, '--check-config'], {
    env: apiEnvironment(settings, secrets, embedded),
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (run.status === 0) return ok('The configuration is valid');
  return problem(
    `The configuration is not valid: ${(run.stderr || run.stdout).trim()}`,
    'The README lists the variables.',
  );
}

function ok(text: string): Finding {
  return { level: 'ok', text };
}

function warning(text: string, advice: string): Finding {
  return { level: 'warning', text, advice };
}

function problem(text: string, advice?: string): Finding {
  return { level: 'problem', text, advice };
}
