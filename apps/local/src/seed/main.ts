import { loadConfig, migrate } from '#platform';
import { seedDemo } from './seed.ts';

// A process of its own, which the launcher starts before the api: what it loads does not stay in memory.
const config = loadConfig({ ...process.env, RUN_JOBS: '0' });
if (config.env.DATABASE_OWNER_URL) await migrate(config.env.DATABASE_OWNER_URL);
await seedDemo(config);
