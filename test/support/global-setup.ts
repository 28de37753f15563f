import { prepareTemplate } from './database.ts';
import { startPostgresForTests } from './postgres-for-tests.ts';

let stop: (() => Promise<void>) | undefined;

export async function globalSetup(): Promise<void> {
  ({ stop } = await startPostgresForTests());
  await prepareTemplate();
}

export async function globalTeardown(): Promise<void> {
  await stop?.();
}
