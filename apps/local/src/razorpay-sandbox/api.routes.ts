import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  type AnswerParts,
  answering,
  type ById,
  collection,
  listQuery,
  MAX_COUNT,
  newest,
  pageQuery,
  writing,
} from './api.answers.ts';
import type { Order } from './entities.ts';
import { type Orders, orderBody } from './orders.ts';
import type { Payments } from './payments.ts';
import { type Refunds, refundBody } from './refunds.ts';
import { type Transfers, transferBody } from './transfers.ts';

interface ApiParts extends AnswerParts {
  readonly orders: Orders;
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly transfers: Transfers;
}

const ordersQuery = listQuery.extend({
  receipt: z.string().optional(),
  'expand[]': z.literal('payments').optional(),
});
const captureBody = z.strictObject({ amount: z.int(), currency: z.string().length(3) });

/** Razorpay's API under `/v1`: https://razorpay.com/docs/api/ */
export async function apiRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  answering(app, parts);
  const { store, orders, payments, refunds, transfers } = parts;
  const { tables } = store;

  writing(app, parts, 'POST', '/orders', ({ body }) => orders.create(orderBody.parse(body ?? {})));
  app.get('/orders', (request) => {
    const { receipt, 'expand[]': expand, from, ...page } = ordersQuery.parse(request.query);
    const all = [...tables.order.values()].reverse();
    const found = all.filter(
      (order) => order.created_at >= from && (receipt === undefined || order.receipt === receipt),
    );
    const expanded = (order: Order) => ({ ...order, payments: attemptsOf(order.id) });
    return collection(expand ? found.map(expanded) : found, page);
  });
  app.get('/orders/:id', (request: ById) => store.order(request.params.id));
  const attemptsOf = (orderId: string) => {
    const { id } = store.order(orderId);
    return collection(store.attempts(id), { count: MAX_COUNT, skip: 0 });
  };
  app.get('/orders/:id/payments', (request: ById) => attemptsOf(request.params.id));
  app.get('/payments', ({ query }) => newest(tables.payment, listQuery.parse(query)));
  app.get('/payments/:id', (request: ById) => store.payment(request.params.id));
  writing(app, parts, 'POST', '/payments/:id/capture', ({ params, body }) =>
    payments.capture(params.id, captureBody.parse(body ?? {})),
  );
  writing(app, parts, 'POST', '/payments/:id/refund', ({ params, body, headers }) =>
    refunds.create(params.id, refundBody.parse(body ?? {}), keyIn(headers['x-refund-idempotency'])),
  );
  app.get('/payments/:id/refunds', (request: ById) => {
    const { id } = store.payment(request.params.id);
    return collection(store.refundsOf(id), pageQuery.parse(request.query));
  });
  app.get('/refunds', ({ query }) => newest(tables.refund, listQuery.parse(query)));
  app.get('/refunds/:id', (request: ById) => store.refund(request.params.id));
  app.get('/disputes', ({ query }) => newest(tables.dispute, { from: 0, ...pageQuery.parse(query) }));
  app.get('/disputes/:id', (request: ById) => store.dispute(request.params.id));
  writing(app, parts, 'POST', '/transfers', ({ body, headers }) =>
    transfers.create(transferBody.parse(body ?? {}), keyIn(headers['x-transfer-idempotency'])),
  );
  app.get('/transfers', ({ query }) => newest(tables.transfer, listQuery.parse(query)));
  app.get('/transfers/:id', (request: ById) => store.transfer(request.params.id));
}

function keyIn(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
