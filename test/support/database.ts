import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '#platform';

const TEMPLATE = process.env['TEST_TEMPLATE'] ?? 'televisit_template';
const OWNER = { user: 'televisit_owner', password: 'owner' };
const APP = { user: 'televisit_app', password: 'app' };

/** The superuser's address of the server that the test run started. */
function serverUrl(): string {
  const url = process.env['TEST_POSTGRES_URL'];
  if (!url) throw new Error('TEST_POSTGRES_URL is not set: run the tests with npm test.');
  return url;
}

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new pg.Client(serverUrl());
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function urlOf(database: string, role: { user: string; password: string }): string {
  const url = new URL(serverUrl());
  url.username = role.user;
  url.password = role.password;
  url.pathname = `/${database}`;
  return url.href;
}

export const templateUrl = (): string => urlOf(TEMPLATE, OWNER);

/** Makes the roles, and the migrated database that every test database is a copy of. Once per run. */
export async function prepareTemplate(): Promise<void> {
  await asSuperuser(
    `drop database if exists ${TEMPLATE} with (force)`,
    ...[OWNER, APP].flatMap(({ user, password }) => [
      `do $$ begin create role ${user}; exception when duplicate_object then null; end $$`,
      `alter role ${user} login nobypassrls password '${password}'`,
    ]),
    `create database ${TEMPLATE} owner ${OWNER.user}`,
  );
  await migrate(urlOf(TEMPLATE, OWNER));
}

export interface TestDatabase {
  /** As the app role: what the server uses. */
  readonly url: string;
  /** As the owner, who may do what the app role may not: for tests that tamper. */
  readonly ownerUrl: string;
  /** As the superuser, past row level security: for tests that look or tamper. */
  readonly superuserUrl: string;
  drop(): Promise<void>;
}

/** An empty database of one's own, with the whole schema, in about 100 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asSuperuser(`create database ${name} template ${TEMPLATE} strategy file_copy`);
  const superuserUrl = new URL(serverUrl());
  superuserUrl.pathname = `/${name}`;
  return {
    url: urlOf(name, APP),
    ownerUrl: urlOf(name, OWNER),
    superuserUrl: superuserUrl.href,
    // A pool has ended before its connections have: PostgreSQL waits for them for a few seconds, while
    // `force` would break them, each with an error in the process that is closing it.
    drop: () =>
      asSuperuser(`drop database if exists ${name}`).catch(() =>
        asSuperuser(`drop database if exists ${name} with (force)`),
      ),
  };
}
