import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { WEBHOOK_HELP, webhookControlRoutes } from '../payment-sandbox/control.routes.ts';
import type { RazorpayControl } from './control.ts';
import { RazorpayApiError } from './errors.ts';

const HELP = `Sandbox of Razorpay: what Razorpay's API does not have. Bodies are JSON.

${WEBHOOK_HELP}GET    /_sandbox/orders                   every order
GET    /_sandbox/payments                 every attempt to pay one
POST   /_sandbox/orders/{id}/pay          {"how":"paid"}, "declined", "pending" or "uncaptured"
GET    /_sandbox/payments/{id}/checkout   what the checkout hands to the browser, signed
POST   /_sandbox/payments/{id}/settle     {"outcome":"authorized"} or "failed"; also of one that had failed
POST   /_sandbox/payments/{id}/return     an authorised payment that nobody captured goes back by itself
POST   /_sandbox/payments/{id}/refund     {"amount":500}, all that is left without it; as from the dashboard
POST   /_sandbox/refunds/slow             {"slow":true}: new refunds wait to be settled
POST   /_sandbox/refunds/{id}/settle      {"status":"processed"} or "failed"

GET    /pay/{order id}?callback_url=      a page on which a person pays
`;

const payBody = z.strictObject({
  how: z.enum(['paid', 'declined', 'pending', 'uncaptured']).default('paid'),
});
const settleBody = z.strictObject({ outcome: z.enum(['authorized', 'failed']) });
const amountBody = z.strictObject({ amount: z.int().optional() });
const slowBody = z.strictObject({ slow: z.boolean() });
const settleRefundBody = z.strictObject({ status: z.enum(['processed', 'failed']) });
const emptyBody = z.strictObject({});

/** The control API under `/_sandbox`. */
export async function controlRoutes(
  app: FastifyInstance,
  { control }: { control: RazorpayControl },
): Promise<void> {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof RazorpayApiError) return reply.code(error.status).send(error.body);
    const status = error instanceof z.ZodError ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send({ error: { description: error.message } });
  });
  webhookControlRoutes(app, control);

  const on = <T>(path: string, schema: z.ZodType<T>, run: (id: string, body: T) => object) =>
    app.post<{ Params: { id: string } }>(path, (request) =>
      run(request.params.id, schema.parse(request.body ?? {})),
    );

  app.get('/', (_request, reply) => reply.type('text/plain').send(HELP));
  app.get('/orders', () => ({ orders: control.orders() }));
  app.get('/payments', () => ({ payments: control.payments() }));
  app.get<{ Params: { id: string } }>('/payments/:id/checkout', (request) =>
    control.checkoutResult(request.params.id),
  );
  on('/orders/:id/pay', payBody, (id, { how }) => control.pay(id, how));
  on('/payments/:id/settle', settleBody, (id, { outcome }) => control.settlePayment(id, outcome));
  on('/payments/:id/return', emptyBody, (id) => control.returnUncaptured(id));
  on('/payments/:id/refund', amountBody, (id, { amount }) => control.refund(id, amount));
  app.post('/refunds/slow', (request) => {
    const { slow } = slowBody.parse(request.body);
    control.slowRefunds(slow);
    return { slow };
  });
  on('/refunds/:id/settle', settleRefundBody, (id, { status }) => control.settleRefund(id, status));
}
