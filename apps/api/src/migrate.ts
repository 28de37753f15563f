import { migrate } from '#platform';

/** Migrates the database and ends: the first step of a deployment. */
const url = process.env['DATABASE_OWNER_URL'];
if (!url) {
  process.stderr.write('DATABASE_OWNER_URL is not set: the migration needs the owner role.\n');
  process.exit(1);
}
const done = await migrate(url);
process.stdout.write(done.length > 0 ? `Migrated: ${done.join(', ')}\n` : 'The database is up to date.\n');
