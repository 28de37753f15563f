import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify as newFastify } from 'fastify';
import { type Config, Metrics, ROOT } from '#platform';

/** The reference page brings its script inline; it is all served from here and loads nothing from elsewhere. */
const REFERENCE_CSP =
  "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'";

/** What is served beside the surfaces: the API's description, its reference page, and metrics. */
export function serveDocuments(app: NestFastifyApplication, config: Config): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/openapi.json', (_request, reply) =>
    reply.type('application/json').send(createReadStream(pathOf('openapi.json'))),
  );
  fastify.get('/asyncapi.json', async (_request, reply) => {
    const document = JSON.parse(await readFile(pathOf('asyncapi.json'), 'utf8')) as object;
    const servers = { own: socketServerOf(config.env.BASE_URL) };
    return reply.type('application/json').send({ ...document, servers });
  });

  // The reference weighs 40 MB in memory: it is loaded for the first who reads it.
  let reference: Promise<FastifyInstance> | undefined;
  const showReference = async (request: FastifyRequest, reply: FastifyReply) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    // The page names its script relative to a folder.
    if (pathname === '/docs') return reply.redirect('/docs/');
    reference ??= loadReference();
    const page = await (await reference).inject({ url: pathname });
    return reply
      .code(page.statusCode)
      .header('content-security-policy', REFERENCE_CSP)
      .type(String(page.headers['content-type']))
      .send(page.rawPayload);
  };
  fastify.get('/docs', showReference);
  fastify.get('/docs/*', showReference);

  // In production metrics are on METRICS_PORT only, which the proxy does not reach.
  if (!config.production) {
    const metrics = app.get(Metrics);
    fastify.get('/metrics', async (_request, reply) =>
      reply.type(metrics.registry.contentType).send(await metrics.text()),
    );
  }
}

const pathOf = (document: string): string => join(ROOT, 'docs', document);

/** Where the WebSockets of this installation are, as AsyncAPI says it. */
function socketServerOf(baseUrl: string) {
  const { host, pathname, protocol } = new URL(baseUrl);
  return {
    host,
    protocol: protocol === 'https:' ? 'wss' : 'ws',
    ...(pathname !== '/' && { pathname: pathname.replace(/\/$/, '') }),
  };
}

async function loadReference(): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const instance = newFastify();
  await instance.register(scalar, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Televisit API',
      withDefaultFonts: false,
      telemetry: false,
      showDeveloperTools: 'never',
      hideClientButton: true,
    },
  });
  await instance.ready();
  return instance;
}
