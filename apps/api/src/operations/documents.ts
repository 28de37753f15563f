import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, Metrics, ROOT } from '#platform';
import scalar from '@scalar/fastify-api-reference';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/** The reference page brings its script inline; it is all ours and loads nothing from elsewhere. */
const REFERENCE_CSP =
  "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'";

/** What is served beside the surfaces: the API's description, its reference page, and metrics. */
export async function serveDocuments(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const openApi = await readFile(join(ROOT, 'docs/openapi.json'));
  fastify.get('/openapi.json', (_request, reply) => reply.type('application/json').send(openApi));
  await fastify.register(scalar, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Televisit API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
    },
    hooks: {
      onRequest: (_request, reply, done) => {
        reply.header('content-security-policy', REFERENCE_CSP);
        done();
      },
    },
  });
  // In production metrics are on METRICS_PORT only, which the proxy does not reach.
  if (!config.production) {
    const metrics = app.get(Metrics);
    fastify.get('/metrics', async (_request, reply) =>
      reply.type(metrics.registry.contentType).send(await metrics.text()),
    );
  }
}
