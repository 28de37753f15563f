// Node's test runner loads this file before it loads any preloaded module, so it brings the loader itself.
import '../../tools/typescript-loader.mjs';

const { prepareTemplate } = await import('./database.ts');
const { startPostgresForTests } = await import('./postgres-for-tests.ts');

let server;

export async function globalSetup() {
  server = await startPostgresForTests();
  await prepareTemplate();
}

export async function globalTeardown() {
  await server?.stop();
}
