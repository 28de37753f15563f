import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { WEBHOOK_HELP, webhookControlRoutes } from '../payment-sandbox/control.routes.ts';
import type { SandboxControl } from './control.ts';
import { StripeApiError } from './errors.ts';

const HELP = `Sandbox of Stripe: what Stripe's API does not have. Bodies are JSON.

${WEBHOOK_HELP}GET    /_sandbox/intents                  every payment intent
POST   /_sandbox/intents/{id}/pay         {"payment_method":"pm_card_visa"}
POST   /_sandbox/intents/{id}/authenticate  {"passed":true}
POST   /_sandbox/intents/{id}/settle      {"outcome":"succeeded"} or "failed", of a processing payment
POST   /_sandbox/intents/{id}/refund      {"amount":500}, all that is left without it; as from the dashboard
POST   /_sandbox/intents/{id}/dispute     {"reason":"fraudulent","amount":500,"inquiry":false}, all that is left without an amount
POST   /_sandbox/refunds/{id}/settle      {"status":"succeeded"} or "failed"
POST   /_sandbox/disputes/{id}/answer     evidence was sent
POST   /_sandbox/disputes/{id}/close      {"status":"won"} or "lost"
GET    /_sandbox/accounts                 every connected account
POST   /_sandbox/accounts/{id}/complete   the person has told Stripe everything
POST   /_sandbox/accounts/{id}/restrict   no money goes there until Stripe knows more
GET    /_sandbox/transfers                every transfer to a connected account
POST   /_sandbox/transfers/{id}/reverse   {"amount":500}, the whole of it without; as from the dashboard
GET    /_sandbox/subscriptions            every subscription
POST   /_sandbox/subscriptions/{id}/advance  a month passes: the next one is charged, or it ends
POST   /_sandbox/subscriptions/{id}/card  {"payment_method":"pm_card_chargeDeclined"}, for the next charges
POST   /_sandbox/subscriptions/{id}/retry {"payment_method":"pm_card_visa"}, what is owed is tried again
POST   /_sandbox/subscriptions/{id}/give-up  nothing is tried any more until somebody pays
POST   /_sandbox/subscriptions/{id}/cancel  {"when":"now"} or "period_end"; as from the dashboard

GET    /pay/{client secret or intent id}?return_url=   a page on which a person pays
GET    /connect/{secret}                  the page behind an account link
GET    /checkout/{session id}             a page on which a person subscribes
GET    /portal/{secret}                   a page on which they cancel, or pay with another card
`;

const payBody = z.strictObject({ payment_method: z.string().optional() });
const authenticateBody = z.strictObject({ passed: z.boolean() });
const settleBody = z.strictObject({ outcome: z.enum(['succeeded', 'failed']) });
const disputeBody = z.strictObject({
  reason: z.string().optional(),
  amount: z.int().optional(),
  inquiry: z.boolean().optional(),
});
const amountBody = z.strictObject({ amount: z.int().optional() });
const emptyBody = z.strictObject({});
const cardBody = z.strictObject({ payment_method: z.string() });
const cancelBody = z.strictObject({ when: z.enum(['now', 'period_end']) });
const settleRefundBody = z.strictObject({ status: z.enum(['succeeded', 'failed']) });
const closeDisputeBody = z.strictObject({ status: z.enum(['won', 'lost']) });

/** The control API under `/_sandbox`. It takes JSON only, which keeps other sites' forms out. */
export async function controlRoutes(
  app: FastifyInstance,
  { control }: { control: SandboxControl },
): Promise<void> {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof StripeApiError) return reply.code(error.status).send({ error: error.body });
    if (error instanceof z.ZodError)
      return reply.code(400).send({ error: { message: z.prettifyError(error) } });
    return reply.code(error.statusCode ?? 500).send({ error: { message: error.message } });
  });

  webhookControlRoutes(app, control);
  const on = <T>(path: string, schema: z.ZodType<T>, run: (id: string, body: T) => object) =>
    app.post<{ Params: { id: string } }>(path, (request) =>
      run(request.params.id, schema.parse(request.body ?? {})),
    );

  app.get('/', (_request, reply) => reply.type('text/plain').send(HELP));
  app.get('/intents', () => ({ intents: control.intents() }));
  app.get('/accounts', () => ({ accounts: control.accounts() }));
  app.get('/transfers', () => ({ transfers: control.transfers() }));
  app.get('/subscriptions', () => ({ subscriptions: control.subscriptions() }));
  on('/subscriptions/:id/advance', emptyBody, (id) => control.advance(id));
  on('/subscriptions/:id/card', cardBody, (id, body) => control.useCard(id, body.payment_method));
  on('/subscriptions/:id/retry', payBody, (id, body) => control.retryCharge(id, body.payment_method));
  on('/subscriptions/:id/give-up', emptyBody, (id) => control.giveUpCharging(id));
  on('/subscriptions/:id/cancel', cancelBody, (id, body) => control.cancelSubscription(id, body.when));
  on('/intents/:id/pay', payBody, (id, body) => control.pay(id, body.payment_method));
  on('/intents/:id/authenticate', authenticateBody, (id, body) => control.authenticate(id, body.passed));
  on('/intents/:id/settle', settleBody, (id, body) => control.settleIntent(id, body.outcome));
  on('/intents/:id/refund', amountBody, (id, body) => control.refund(id, body.amount));
  on('/intents/:id/dispute', disputeBody, (id, { inquiry: isInquiry, ...body }) =>
    control.dispute(id, { ...body, isInquiry }),
  );
  on('/refunds/:id/settle', settleRefundBody, (id, body) => control.settleRefund(id, body.status));
  on('/disputes/:id/answer', emptyBody, (id) => control.answerDispute(id));
  on('/disputes/:id/close', closeDisputeBody, (id, body) => control.closeDispute(id, body.status));
  on('/accounts/:id/complete', emptyBody, (id) => control.completeOnboarding(id));
  on('/accounts/:id/restrict', emptyBody, (id) => control.restrictAccount(id));
  on('/transfers/:id/reverse', amountBody, (id, body) => control.reverseTransfer(id, body.amount));
}
