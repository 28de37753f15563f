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
POST   /_sandbox/payments/{id}/dispute    {"amount":500,"phase":"chargeback","deductsAtOnset":true}, all optional
POST   /_sandbox/disputes/{id}/contest    evidence was sent
POST   /_sandbox/disputes/{id}/more       the evidence was not enough
POST   /_sandbox/disputes/{id}/close      {"status":"won"}, "lost" or "closed"
GET    /_sandbox/accounts                 every linked account
POST   /_sandbox/accounts/review          {"review":true}: bank accounts wait to be looked at
POST   /_sandbox/accounts/{id}/decide     {"status":"activated"} or "needs_clarification"
POST   /_sandbox/accounts/{id}/suspend
GET    /_sandbox/transfers                every transfer to a linked account
POST   /_sandbox/transfers/slow           {"slow":true}: new transfers wait to be settled
POST   /_sandbox/transfers/{id}/settle    {"status":"processed"} or "failed"
POST   /_sandbox/transfers/{id}/reverse   {"amount":500}, all of it without; no webhook tells of it

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
const disputeBody = z.strictObject({
  amount: z.int().optional(),
  reason: z.string().optional(),
  phase: z.enum(['fraud', 'retrieval', 'chargeback', 'pre_arbitration', 'arbitration']).optional(),
  deductsAtOnset: z.boolean().optional(),
});
const closeBody = z.strictObject({ status: z.enum(['won', 'lost', 'closed']) });
const reviewBody = z.strictObject({ review: z.boolean() });
const decideBody = z.strictObject({ status: z.enum(['activated', 'needs_clarification']) });

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
  on('/payments/:id/dispute', disputeBody, (id, how) => control.dispute(id, how));
  on('/disputes/:id/contest', emptyBody, (id) => control.contestDispute(id));
  on('/disputes/:id/more', emptyBody, (id) => control.askForMoreEvidence(id));
  on('/disputes/:id/close', closeBody, (id, { status }) => control.closeDispute(id, status));
  app.get('/accounts', () => ({ accounts: control.accounts() }));
  app.post('/accounts/review', (request) => {
    const { review } = reviewBody.parse(request.body);
    control.reviewAccounts(review);
    return { review };
  });
  on('/accounts/:id/decide', decideBody, (id, { status }) => control.decideAccount(id, status));
  on('/accounts/:id/suspend', emptyBody, (id) => control.suspendAccount(id));
  app.get('/transfers', () => ({ transfers: control.allTransfers() }));
  app.post('/transfers/slow', (request) => {
    const { slow } = slowBody.parse(request.body);
    control.slowTransfers(slow);
    return { slow };
  });
  on('/transfers/:id/settle', settleRefundBody, (id, { status }) => control.settleTransfer(id, status));
  on('/transfers/:id/reverse', amountBody, (id, { amount }) => control.reverseTransfer(id, amount));
}
