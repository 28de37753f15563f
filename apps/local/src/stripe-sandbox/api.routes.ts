import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Stripe from 'stripe';
import { z } from 'zod';
import type { Faults, LostAnswer } from '../payment-sandbox/faults.ts';
import { unixNow } from '../payment-sandbox/random-text.ts';
import type { ApiKey, Operation } from './api.operations.ts';
import { type ErrorBody, ParameterError, StripeApiError, unauthorized } from './errors.ts';
import { expand, readExpand } from './expand.ts';
import { type Form, readForm, text } from './form.ts';
import { savedAnswer } from './idempotency.ts';
import { stripeId } from './ids.ts';
import type { Store } from './store.ts';

interface ApiParts {
  store: Store;
  faults: Faults;
  operations: Operation[];
  secretKey: string;
  publishableKey: string;
}

const OUT_OF_ORDER: ErrorBody = { type: 'api_error', message: 'The service is out of order.' };
const FAILED = {
  status: 500,
  body: JSON.stringify({ error: { type: 'api_error', message: 'An unknown error occurred.' } }),
};

const holdsClientSecret = z.object({ client_secret: text });

/** Stripe's API under `/v1`: keys, request ids, idempotency and errors around the operations. */
export async function apiRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  // Browsers call it from other origins, as they call Stripe.
  await app.register(cors, { origin: '*', exposedHeaders: ['request-id'] });
  app.removeContentTypeParser('application/json');
  app.addHook('onRequest', async (request, reply) => {
    reply.header('request-id', stripeId('req'));
    reply.header('stripe-version', request.headers['stripe-version'] ?? Stripe.API_VERSION);
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const unexpected = new StripeApiError(error.statusCode ?? 500, {
      type: (error.statusCode ?? 500) < 500 ? 'invalid_request_error' : 'api_error',
      message: `${error.message}${error.statusCode === 415 ? ' (parameters are form-encoded)' : ''}`,
    });
    return sendError(reply, error instanceof StripeApiError ? error : unexpected);
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `Unrecognized request URL (${request.method}: ${request.url.split('?')[0]}).`;
    return sendError(reply, new StripeApiError(404, { type: 'invalid_request_error', message }));
  });
  for (const operation of parts.operations) {
    app.route({
      method: operation.method,
      url: operation.url,
      handler: (request, reply) => answer(parts, operation, request, reply),
    });
  }
}

async function answer(parts: ApiParts, operation: Operation, request: FastifyRequest, reply: FastifyReply) {
  const sent = ((operation.method === 'POST' ? request.body : request.query) ?? {}) as Form;
  // Stripe.js sends its key as a parameter, so that the browser needs no preflight.
  const { key: keyParameter, expand: _expand, ...form } = sent;
  const key = authenticate(parts, operation, request.headers.authorization, keyParameter, form);
  if (parts.faults.takeOutage()) throw new StripeApiError(503, OUT_OF_ORDER);
  const lost = operation.method === 'POST' ? parts.faults.takeDroppedResponse() : undefined;
  const idempotencyKey = operation.method === 'POST' ? request.headers['idempotency-key'] : undefined;
  if (typeof idempotencyKey !== 'string') {
    return finish(reply, run(parts, operation, request, reply, { key, form, sent }, null), lost);
  }
  reply.header('idempotency-key', idempotencyKey);
  const first = {
    endpoint: `${request.method} ${request.url}`,
    parameters: JSON.stringify(Object.entries(sent).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  const saved = savedAnswer(parts.store, idempotencyKey, first);
  if (saved !== undefined) {
    reply.header('idempotent-replayed', 'true').header('original-request', saved.requestId);
    return finish(reply, saved, lost);
  }
  const done = run(parts, operation, request, reply, { key, form, sent }, idempotencyKey);
  // A failure of Stripe's own is remembered like any other answer.
  const answered = lost === 'error' && done.status === 200 ? FAILED : done;
  const requestId = reply.getHeader('request-id') as string;
  parts.store.tables.answer.set(idempotencyKey, {
    request: first,
    requestId,
    ...answered,
    created: unixNow(),
  });
  parts.store.touch();
  return finish(reply, answered, lost);
}

/** Errors: those of refused parameters; what went wrong after that is an answer. */
function run(
  { store }: ApiParts,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  { key, form, sent }: { key: ApiKey; form: Form; sent: Form },
  idempotencyKey: string | null,
): { status: number; body: string } {
  try {
    const paths = readExpand(sent);
    const cause = { id: reply.getHeader('request-id') as string, idempotency_key: idempotencyKey };
    const { id = '' } = request.params as { id?: string };
    const result = operation.run({ id, form, key, cause });
    return { status: 200, body: pretty(expand(store, result, paths)) };
  } catch (error) {
    if (!(error instanceof StripeApiError) || error instanceof ParameterError) throw error;
    return { status: error.status, body: pretty({ error: error.body }) };
  }
}

function finish(
  reply: FastifyReply,
  done: { status: number; body: string },
  lost: LostAnswer | undefined,
): FastifyReply {
  const { status, body } = lost === 'error' && done.status === 200 ? FAILED : done;
  if (lost === undefined || lost === 'error') return reply.code(status).type('application/json').send(body);
  reply.hijack();
  if (lost === 'destroy') reply.raw.socket?.destroy();
  return reply;
}

function authenticate(
  { secretKey, publishableKey }: ApiParts,
  operation: Operation,
  header: string | undefined,
  parameter: unknown,
  form: Form,
): ApiKey {
  const key = keyIn(header) ?? (typeof parameter === 'string' ? parameter : undefined);
  if (key === undefined) {
    throw unauthorized('No API key was sent. Send it as a bearer token: Authorization: Bearer sk_test_...');
  }
  if (key === secretKey) return 'secret';
  if (key !== publishableKey) throw unauthorized(`Invalid API Key provided: ${key.slice(0, 8)}***`);
  if (!operation.publishable) {
    throw unauthorized('This call needs the secret key; this is the publishable key.', {
      code: 'secret_key_required',
    });
  }
  readForm(holdsClientSecret, form);
  return 'publishable';
}

/** A bearer token, or the user name of basic authentication as `curl -u sk_test_…:` sends it. */
function keyIn(header = ''): string | undefined {
  const [scheme, value = ''] = header.split(' ');
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() === 'basic') return Buffer.from(value, 'base64').toString().split(':')[0];
  return undefined;
}

function sendError(reply: FastifyReply, { status, body }: StripeApiError): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .send(pretty({ error: body }));
}

function pretty(value: object): string {
  return JSON.stringify(value, null, 2);
}
