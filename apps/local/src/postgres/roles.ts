import { Client, escapeLiteral } from 'pg';

export const DATABASE = 'televisit';

/** Owns the database and runs its migrations. */
export const OWNER_ROLE = 'televisit_owner';

/** Serves requests: owns nothing, so that row level security binds it. */
export const APP_ROLE = 'televisit_app';

/**
 * Makes the two roles and the database if they are missing; a start that was killed between two steps is
 * made good by the next.
 * @param superuserUrl a connection to the server's `postgres` database
 */
export async function ensureDatabase(
  superuserUrl: string,
  passwords: { owner: string; app: string },
): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    const roles = await names(client, 'select rolname as name from pg_roles');
    const options = 'login nosuperuser nocreatedb nocreaterole nobypassrls';
    for (const [role, password] of [
      [OWNER_ROLE, passwords.owner],
      [APP_ROLE, passwords.app],
    ] as const) {
      if (!roles.has(role)) {
        await client.query(`create role ${role} ${options} password ${escapeLiteral(password)}`);
      }
    }
    const databases = await names(client, 'select datname as name from pg_database');
    if (!databases.has(DATABASE)) {
      // template0 is empty for certain; the owner of a database is a member of pg_database_owner, which
      // owns its schema `public`. Copying by file is the quick way for a small template.
      await client.query(
        `create database ${DATABASE} owner ${OWNER_ROLE} template template0 strategy file_copy`,
      );
    }
    await client.query(`revoke all on database ${DATABASE} from public`);
    await client.query(`grant connect on database ${DATABASE} to ${APP_ROLE}`);
  });
}

async function names(client: Client, sql: string): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(sql);
  return new Set(rows.map((row) => row.name));
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
