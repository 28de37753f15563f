import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../payment-sandbox/faults.ts';
import { RazorpayApiError } from './errors.ts';
import { type Orders, orderBody } from './orders.ts';
import type { Payments } from './payments.ts';
import { type Refunds, refundBody } from './refunds.ts';
import type { Store } from './store.ts';

interface ApiParts {
  readonly store: Store;
  readonly faults: Faults;
  readonly orders: Orders;
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly keyId: string;
  readonly keySecret: string;
}

type ById = FastifyRequest<{ Params: { id: string } }>;

const MAX_COUNT = 100;
const pageQuery = z.strictObject({
  count: z.coerce.number().int().min(1).max(MAX_COUNT).default(10),
  skip: z.coerce.number().int().min(0).default(0),
});
const ordersQuery = pageQuery.extend({
  receipt: z.string().optional(),
  from: z.coerce.number().int().default(0),
});
const captureBody = z.strictObject({ amount: z.int(), currency: z.string().length(3) });

/** Razorpay's API under `/v1`: https://razorpay.com/docs/api/ */
export async function apiRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { store, orders, payments, refunds } = parts;
  app.addHook('onRequest', async (request) => {
    authenticate(parts, request.headers.authorization);
    if (parts.faults.takeOutage()) throw new RazorpayApiError(503, 'The service is out of order.');
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const answer = asApiError(error);
    return reply.code(answer.status).send(answer.body);
  });
  app.setNotFoundHandler((_request, reply) => {
    const answer = new RazorpayApiError(400, 'The requested URL was not found on the server.');
    return reply.code(answer.status).send(answer.body);
  });

  post(app, parts, '/orders', ({ body }) => orders.create(orderBody.parse(body ?? {})));
  app.get('/orders', (request) => {
    const { receipt, from, ...page } = ordersQuery.parse(request.query);
    const all = [...store.tables.order.values()].reverse();
    return collection(
      all.filter((order) => order.created_at >= from && (receipt === undefined || order.receipt === receipt)),
      page,
    );
  });
  app.get('/orders/:id', (request: ById) => store.order(request.params.id));
  app.get('/orders/:id/payments', (request: ById) => {
    const { id } = store.order(request.params.id);
    return collection(store.attempts(id), { count: MAX_COUNT, skip: 0 });
  });
  app.get('/payments/:id', (request: ById) => store.payment(request.params.id));
  post(app, parts, '/payments/:id/capture', ({ params, body }) =>
    payments.capture(params.id, captureBody.parse(body ?? {})),
  );
  post(app, parts, '/payments/:id/refund', ({ params, body, headers }) => {
    const key = headers['x-refund-idempotency'];
    return refunds.create(params.id, refundBody.parse(body ?? {}), typeof key === 'string' ? key : undefined);
  });
  app.get('/payments/:id/refunds', (request: ById) => {
    const { id } = store.payment(request.params.id);
    return collection(store.refundsOf(id), pageQuery.parse(request.query));
  });
  app.get('/refunds/:id', (request: ById) => store.refund(request.params.id));
}

/** A POST whose answer can be lost, after its work was done. */
function post(
  app: FastifyInstance,
  { store, faults }: ApiParts,
  path: string,
  run: (request: ById) => object,
): void {
  app.post(path, async (request: ById, reply: FastifyReply) => {
    const answer = run(request);
    const dropped = faults.takeDroppedResponse();
    if (dropped === undefined) return answer;
    if (dropped === 'error') throw new RazorpayApiError(500, 'The server encountered an error.');
    await store.save();
    reply.hijack();
    if (dropped === 'destroy') reply.raw.socket?.destroy();
    return reply;
  });
}

/** Errors: 401. The key id is the user name of basic authentication, its secret the password. */
function authenticate({ keyId, keySecret }: ApiParts, header = ''): void {
  const [scheme, value = ''] = header.split(' ');
  const isKnown = scheme === 'Basic' && Buffer.from(value, 'base64').toString() === `${keyId}:${keySecret}`;
  if (!isKnown) throw new RazorpayApiError(401, 'Authentication failed');
}

function asApiError(error: Error & { statusCode?: number }): RazorpayApiError {
  if (error instanceof RazorpayApiError) return error;
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return new RazorpayApiError(400, issue?.message ?? 'Bad request', issue?.path.join('.') || 'body');
  }
  return new RazorpayApiError(error.statusCode ?? 500, error.message);
}

function collection<T>(rows: readonly T[], { count, skip }: { count: number; skip: number }) {
  const items = rows.slice(skip, skip + count);
  return { entity: 'collection', count: items.length, items };
}
