import { type IncomingMessage, maxHeaderSize } from 'node:http';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { forbidden, invalid, isId, newId, type Page, unsupportedMedia } from '#kernel';
import { type Config, type Log, Metrics, runWithRequestId } from '#platform';
import { dialectOf } from './dialects/dialect-of.ts';
import { duplicateName } from './duplicate-name.ts';
import { ErrorFilter } from './error.filter.ts';
import { answerUnreadable, answerUnroutable } from './unreadable-requests.ts';
import { validationPipe } from './validation.pipe.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Fastify as every surface uses it. */
export function httpAdapter(trustProxyHops: number): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    trustProxy: (_address: string, hop: number) => hop < trustProxyHops,
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      // As long as an address can be: what is too long is then refused by the route's schema, in its own shape.
      maxParamLength: maxHeaderSize,
    },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
    },
  });
}

/** What stands around all routes: request ids, security headers, CORS, the envelope, errors. */
export async function furnish(app: NestFastifyApplication, config: Config, log: Log): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const errors = new ErrorFilter(log, !config.production);
  app.useGlobalPipes(validationPipe);
  app.useGlobalFilters(errors);

  // A client that announces JSON and sends nothing means no body: many do so on every POST.
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  app.useBodyParser('application/json', { bodyLimit: BODY_LIMIT_BYTES }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    const text = body.toString('utf8');
    void parseJson(request as FastifyRequest, text, (error, value) => {
      const twice = error ? undefined : duplicateName(text);
      done(twice === undefined ? error : standsTwice(twice), value);
    });
  });

  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'connect-src': ["'self'", 'ws:', 'wss:'],
        'img-src': ["'self'", 'data:', 'blob:'],
        'media-src': ["'self'", 'blob:', 'mediastream:'],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: config.production && { maxAge: 31_536_000 },
  });
  const open = config.env.ALLOWED_ORIGINS.includes('*');
  await fastify.register(cors, {
    origin: open ? true : config.env.ALLOWED_ORIGINS,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'Last-Event-ID',
      'X-Request-Id',
    ],
    exposedHeaders: [
      'X-Request-Id',
      'ETag',
      'Retry-After',
      'Idempotent-Replayed',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
    ],
    maxAge: 600,
  });

  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    runWithRequestId(request.id, done);
  });
  if (config.production) requireHttps(fastify, config.env.BASE_URL);
  requireJson(fastify);
  // The envelope is put on here and not in an interceptor: it is a function of a value, and one hook is
  // cheaper than an observable for each answer.
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    const { successMessage } = request;
    if (successMessage === undefined || reply.statusCode >= 400) return done(null, payload);
    const dialect = dialectOf(request.url);
    const value = isPage(payload) ? dialect.page(payload) : payload;
    done(null, dialect.success(value, successMessage));
  });
  // Fastify does not serialize an answer without data, so that one gets its envelope when it is sent.
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const { successMessage } = request;
    const bare = payload === undefined || payload === null;
    if (!bare || successMessage === undefined || reply.statusCode >= 300) return done(null, payload);
    reply.type('application/json; charset=utf-8');
    done(null, JSON.stringify(dialectOf(request.url).success(null, successMessage)));
  });
  const { requests } = app.get(Metrics);
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    // How long somebody listened is not how long an answer took.
    if (!request.streams) {
      requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    }
    log.info(
      {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...(request.actor?.userId && isId(request.actor.userId) && { userId: request.actor.userId }),
      },
      'request',
    );
    done();
  });
}

/**
 * Nothing is served in the clear: a page leads to its secure address, and a request that may have carried
 * a token or health text is refused, so that its client is put right. The balancer asks for health from inside.
 */
function requireHttps(fastify: FastifyInstance, baseUrl: string): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.protocol === 'https' || request.url.startsWith('/health')) return;
    const carriesNothing = request.method === 'GET' && request.headers.authorization === undefined;
    if (carriesNothing) return reply.redirect(new URL(request.url, baseUrl).href, 308);
    throw forbidden('https_required', 'Use https.');
  });
}

const standsTwice = (name: string) =>
  invalid('duplicate_name', 'A name stands twice in one object.', { name: name.slice(0, 100) });

/** Our documents are JSON only. Forms belong to the pages for people; whatever else can be read is refused alike. */
function requireJson(fastify: FastifyInstance): void {
  fastify.addHook('preParsing', async ({ method, url, headers }) => {
    const type = headers['content-type'];
    if (type === undefined || JSON_TYPE.test(type)) return;
    if (method === 'GET' || method === 'HEAD' || !url.startsWith('/api/')) return;
    throw unsupportedMedia('unsupported_media_type', 'Send JSON with Content-Type: application/json.');
  });
}

function isPage(value: unknown): value is Page<unknown> {
  return typeof value === 'object' && value !== null && 'pageSize' in value && 'items' in value;
}
