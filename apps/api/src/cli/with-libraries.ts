import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Actor, newId, systemActor } from '#kernel';
import { type Config, loadConfig, PlatformModule } from '#platform';
import { LIBRARIES } from '../libraries.ts';

/** The libraries without a surface and without jobs: for one command. */
@Module({ imports: LIBRARIES })
class CommandModule {
  static with(config: Config): DynamicModule {
    return { module: CommandModule, imports: [PlatformModule.with(config)] };
  }
}

/** Runs a command with the services of the libraries. It acts as the system; jobs are left to the workers. */
export async function withLibraries<T>(
  command: (libraries: INestApplicationContext, actor: Actor) => Promise<T>,
): Promise<T> {
  const config = loadConfig({ ...process.env, RUN_JOBS: '0', METRICS_PORT: '' });
  const libraries = await NestFactory.createApplicationContext(CommandModule.with(config), {
    logger: false,
    abortOnError: false,
  });
  try {
    return await command(libraries, systemActor(`cli-${newId()}`));
  } finally {
    await libraries.close();
  }
}
