import { after, before, describe, it } from 'node:test';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig, PlatformModule } from '#platform';
import { LIBRARIES } from '../../../apps/api/src/libraries.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { audit, summaryOf } from '../../support/money-history/audit.ts';
import { live } from '../../support/money-history/life.ts';
import { lifeOf } from '../../support/money-history/steps.ts';
import { HISTORY_APP, openWorld, type World } from '../../support/money-history/world.ts';
import { PAYING_APP } from '../../support/paying.ts';

/** `HISTORY_SEED=… HISTORY_VISITS=…` lives the same life again, or a longer one. */
const SEED = Number(process.env['HISTORY_SEED'] ?? Date.now() % 2 ** 31);
const VISITS = Number(process.env['HISTORY_VISITS'] ?? 100);

@Module({ imports: LIBRARIES })
class WorkerModule {}

describe('a random history of the money of visits', () => {
  let app: TestApp;
  let world: World;
  let closeWorker: (() => Promise<void>) | undefined;

  /** The process that does the jobs; the api process does none. */
  async function startWorker(): Promise<void> {
    if (closeWorker) return;
    const config = loadConfig({ ...app.environment, ...HISTORY_APP, RUN_JOBS: '1' });
    const worker = await NestFactory.createApplicationContext(
      { module: WorkerModule, imports: [PlatformModule.with(config)] },
      { logger: false, abortOnError: false },
    );
    closeWorker = () => worker.close();
  }
  async function stopWorker(): Promise<void> {
    await closeWorker?.();
    closeWorker = undefined;
  }

  before(async () => {
    app = await startTestApp({ ...PAYING_APP, ...HISTORY_APP, RUN_JOBS: '0' });
    await startWorker();
    world = await openWorld(app);
  });
  after(async () => {
    await stopWorker();
    await app.close();
  });

  it(`leaves every payment in one place, and books that agree with the providers (seed ${SEED})`, {
    timeout: 60_000 + VISITS * 3_000,
  }, async (test) => {
    test.diagnostic(`HISTORY_SEED=${SEED} HISTORY_VISITS=${VISITS}`);
    await live(world, lifeOf(SEED, VISITS), { startWorker, stopWorker });
    test.diagnostic(await summaryOf(world));
    await audit(world);
  });
});
