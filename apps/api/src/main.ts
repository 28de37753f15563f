import { ConfigError, loadConfig, migrate } from '#platform';
import { createApp } from './create-app.ts';

const NODE_MAJOR = 26;

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
    throw new ConfigError([`Node.js ${NODE_MAJOR} or later is required; this is ${process.version}`]);
  }
  const config = loadConfig();
  const { env, production } = config;
  if (process.argv.includes('--check-config')) return;
  // In production migrations are a step of the deployment: see docs/operations.md.
  if (!production && env.DATABASE_OWNER_URL) await migrate(env.DATABASE_OWNER_URL);

  const app = await createApp(config);
  app.enableShutdownHooks();
  await app.listen(env.PORT, env.HOST);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
