import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Config, Log } from '#platform';
import { ApiModule } from './api.module.ts';
import { furnish, httpAdapter } from './http/http-server.ts';
import { serveDocuments } from './operations/documents.ts';
import { serveVisitPage } from './operations/visit-page.ts';

/** The server, ready to listen. */
export async function createApp(config: Config): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.with(config),
    httpAdapter(config.env.TRUST_PROXY_HOPS),
    { rawBody: true, bufferLogs: true, abortOnError: false },
  );
  const log = app.get(Log);
  app.useLogger(log.forNest());
  await furnish(app, config, log);
  serveDocuments(app, config);
  await serveVisitPage(app);
  return app;
}
