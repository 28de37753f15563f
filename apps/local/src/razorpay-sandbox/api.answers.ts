import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../payment-sandbox/faults.ts';
import { RazorpayApiError } from './errors.ts';
import type { Store } from './store.ts';

/** What every part of the API needs. */
export interface AnswerParts {
  readonly store: Store;
  readonly faults: Faults;
  readonly keyId: string;
  readonly keySecret: string;
}

export type ById = FastifyRequest<{ Params: { id: string; other: string } }>;

export const MAX_COUNT = 100;
export const pageQuery = z.strictObject({
  count: z.coerce.number().int().min(1).max(MAX_COUNT).default(10),
  skip: z.coerce.number().int().min(0).default(0),
});
/** https://razorpay.com/docs/api/understand/#pagination: `from` is in seconds, and the second belongs to it. */
export const listQuery = pageQuery.extend({ from: z.coerce.number().int().default(0) });

/** Lets in whoever has the key, and answers what goes wrong as Razorpay does. */
export function answering(app: FastifyInstance, parts: AnswerParts): void {
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
}

/** A request whose answer can be lost, after its work was done. */
export function writing(
  app: FastifyInstance,
  { store, faults }: AnswerParts,
  method: 'POST' | 'PATCH',
  path: string,
  run: (request: ById) => object,
): void {
  app.route({
    method,
    url: path,
    handler: async (request, reply: FastifyReply) => {
      const answer = run(request as ById);
      const dropped = faults.takeDroppedResponse();
      if (dropped === undefined) return answer;
      if (dropped === 'error') throw new RazorpayApiError(500, 'The server encountered an error.');
      await store.save();
      reply.hijack();
      if (dropped === 'destroy') reply.raw.socket?.destroy();
      return reply;
    },
  });
}

export function collection<T>(rows: readonly T[], { count, skip }: { count: number; skip: number }) {
  const items = rows.slice(skip, skip + count);
  return { entity: 'collection', count: items.length, items };
}

/** A page of what was made since then, the newest first. */
export function newest<T extends { created_at: number }>(
  rows: Map<string, T>,
  { from, ...page }: { from: number; count: number; skip: number },
) {
  const since = [...rows.values()].reverse().filter(({ created_at: at }) => at >= from);
  return collection(since, page);
}

/** Errors: 401. The key id is the user name of basic authentication, its secret the password. */
function authenticate({ keyId, keySecret }: AnswerParts, header = ''): void {
  const [scheme, value = ''] = header.split(' ');
  const isKnown = scheme === 'Basic' && Buffer.from(value, 'base64').toString() === `${keyId}:${keySecret}`;
  if (!isKnown) throw new RazorpayApiError(401, 'Authentication failed');
}

function asApiError(error: Error & { statusCode?: number }): RazorpayApiError {
  if (error instanceof RazorpayApiError) return error;
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const field = issue?.path.join('.') || 'body';
    return new RazorpayApiError(400, issue?.message ?? 'Bad request', { field });
  }
  return new RazorpayApiError(error.statusCode ?? 500, error.message);
}
