// Writes every generated file, or with --check fails when one of them is not what it would write:
//   libs/platform/src/database/tables.generated.ts  row types, from the migrated database
//   docs/openapi.json, docs/routes.md               from the controllers
//   docs/asyncapi.json                              from the signalling protocol
//   docs/events.md, docs/states.md                  from the libraries
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateCatalogue } from '#kernel';
import { eventCatalogue, loadConfig } from '#platform';
import { createApp } from '../apps/api/src/create-app.ts';
import { openApiOf } from '../apps/api/src/http/openapi.ts';
import { prepareTemplate, templateUrl } from '../test/support/database.ts';
import { startPostgresForTests } from '../test/support/postgres-for-tests.ts';
import { asyncApiOf } from './asyncapi.ts';
import { eventsPage, routesPage, statesPage } from './pages.ts';

const check = process.argv.includes('--check');
const folder = await mkdtemp(join(tmpdir(), 'televisit-generate-'));
const postgres = await startPostgresForTests();
try {
  await prepareTemplate();
  const openApi = await describeApi();
  const files: Record<string, string> = {
    'libs/platform/src/database/tables.generated.ts': await rowTypes(),
    'docs/openapi.json': `${JSON.stringify(openApi, null, 2)}\n`,
    'docs/asyncapi.json': `${JSON.stringify(asyncApiOf(), null, 2)}\n`,
    'docs/routes.md': routesPage(openApi),
    'docs/events.md': eventsPage(eventCatalogue()),
    'docs/states.md': statesPage(stateCatalogue()),
  };
  const stale: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    if ((await readFile(path, 'utf8').catch(() => '')) === content) continue;
    stale.push(path);
    if (!check) await writeFile(path, content);
  }
  const told =
    stale.length === 0
      ? 'Generated files are up to date.'
      : `${check ? 'Out of date' : 'Written'}: ${stale.join(', ')}`;
  process.stdout.write(`${told}\n`);
  if (check && stale.length > 0) {
    process.stderr.write('Run npm run generate and commit what it writes.\n');
    process.exitCode = 1;
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

async function rowTypes(): Promise<string> {
  const out = join(folder, 'tables.ts');
  execFileSync(
    'node_modules/.bin/kysely-codegen',
    [
      ['--dialect', 'postgres'],
      ['--url', templateUrl()],
      ['--camel-case'],
      ['--exclude-pattern', '{pgboss.*,kysely_*}'],
      [
        '--type-mapping',
        '{"timestamptz":"Temporal.Instant","int8":"number","date":"string","bytea":"Uint8Array"}',
      ],
      ['--out-file', out],
    ].flat(),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return readFile(out, 'utf8');
}

/** The application is put together but not started: nothing is reached, so any address will do. */
async function describeApi() {
  const keyFile = join(folder, 'key.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const app = await createApp(
    loadConfig({
      LOG_LEVEL: 'silent',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      SMTP_URL: 'smtp://127.0.0.1:1',
      STRIPE_SECRET_KEY: 'sk_test_none',
      STRIPE_WEBHOOK_SECRETS: 'whsec_none',
      TOKEN_SIGNING_KEY_FILE: keyFile,
      FIELD_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
    }),
  );
  return openApiOf(app);
}
