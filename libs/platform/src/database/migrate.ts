import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { ROOT } from '../root.ts';

class SqlFiles implements MigrationProvider {
  async getMigrations(): Promise<Record<string, Migration>> {
    const migrations: Record<string, Migration> = {};
    for await (const path of glob('libs/*/migrations/*.sql', { cwd: ROOT })) {
      const text = await readFile(join(ROOT, path), 'utf8');
      migrations[basename(path, '.sql')] = { up: async (db) => void (await sql.raw(text).execute(db)) };
    }
    return migrations;
  }
}

/**
 * Brings the database at `ownerUrl` up to the newest schema, the job queues' included, and lets the app
 * role use them. Safe to run at every start and from several processes at once.
 *
 * @returns the names of the migrations that were run now.
 */
export async function migrate(ownerUrl: string): Promise<string[]> {
  const pool = new pg.Pool({
    connectionString: ownerUrl,
    max: 2,
    options: '-c televisit.scope=platform',
  });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const { error, results } = await new Migrator({ db, provider: new SqlFiles() }).migrateToLatest();
    if (error) throw error;
    await migrateJobs(ownerUrl, db);
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

async function migrateJobs(ownerUrl: string, db: Kysely<unknown>): Promise<void> {
  const boss = new PgBoss({ connectionString: ownerUrl, max: 1, supervise: false, schedule: false });
  boss.on('error', () => {});
  await boss.start();
  await boss.stop({ graceful: false });
  await sql
    .raw(`
      grant usage, create on schema pgboss to televisit_app;
      grant select, insert, update, delete on all tables in schema pgboss to televisit_app;
      grant usage, select on all sequences in schema pgboss to televisit_app;
      grant execute on all functions in schema pgboss to televisit_app;
    `)
    .execute(db);
}
