import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Config, ConfigError, Log, loadConfig, PlatformModule } from '#platform';
import { LIBRARIES } from '../../api/src/libraries.ts';

/** The libraries without a surface: does the jobs, answers nobody. */
@Module({ imports: LIBRARIES })
class WorkerModule {
  static with(config: Config): DynamicModule {
    return { module: WorkerModule, imports: [PlatformModule.with(config)] };
  }
}

async function main(): Promise<void> {
  const config = loadConfig({ ...process.env, RUN_JOBS: '1' });
  const app = await NestFactory.createApplicationContext(WorkerModule.with(config), {
    bufferLogs: true,
    abortOnError: false,
  });
  const log = app.get(Log);
  app.useLogger(log.forNest());
  app.enableShutdownHooks();
  log.info({}, 'worker is running');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
