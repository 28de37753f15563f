import type { FastifyInstance } from 'fastify';
import type Stripe from 'stripe';
import { z } from 'zod';
import { resourceMissing, StripeApiError } from './errors.ts';
import { NO_REQUEST } from './events.ts';
import { type Form, readForm, url } from './form.ts';
import type { Intents } from './intents.ts';
import { ACTIONS, messagePage, type PayAction, payPage } from './pay.page.ts';
import type { Store } from './store.ts';

const pageQuery = z.strictObject({ return_url: url.optional() });
const pageForm = z.strictObject({
  action: z.enum(Object.keys(ACTIONS) as [PayAction, ...PayAction[]]),
  return_url: url.optional(),
});
interface ByKey {
  Params: { key: string };
}

/** `/pay/{client secret or intent id}`: a person pays in a browser. */
export async function payRoutes(
  app: FastifyInstance,
  { store, intents }: { store: Store; intents: Intents },
): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof StripeApiError ? error.status : (error.statusCode ?? 500);
    return reply.code(status).send(messagePage(error.message));
  });

  app.get<ByKey>('/:key', (request, reply) => {
    const { return_url: returnUrl } = readForm(pageQuery, request.query as Form);
    return reply.send(payPage(find(store, request.params.key), `/pay/${request.params.key}`, returnUrl));
  });

  app.post<ByKey>('/:key', (request, reply) => {
    const { action, return_url: returnUrl } = readForm(pageForm, (request.body ?? {}) as Form);
    const intent = find(store, request.params.key);
    act(intents, intent.id, action, returnUrl);
    // After a declined card another can be tried here; a payment that has an outcome goes back to the shop.
    const stays = intent.status === 'requires_payment_method' && action !== 'refuse' && action !== 'fail';
    if (returnUrl === undefined || stays)
      return reply.send(payPage(intent, `/pay/${request.params.key}`, returnUrl));
    return reply.redirect(backToShop(returnUrl, intent), 303);
  });
}

/** Errors: 404 for an unknown intent or a secret that is not the intent's. */
function find(store: Store, key: string): Stripe.PaymentIntent {
  const [id = ''] = key.split('_secret_');
  const intent = store.get('payment_intent', id);
  if (key !== id && key !== intent.client_secret) throw resourceMissing('payment_intent', key);
  return intent;
}

/** A decline is no failure of the page: the intent keeps it and the page shows it. */
function act(intents: Intents, id: string, action: PayAction, returnUrl: string | undefined): void {
  try {
    perform(intents, id, action, returnUrl);
  } catch (error) {
    if (!(error instanceof StripeApiError) || error.status !== 402) throw error;
  }
}

function perform(intents: Intents, id: string, action: PayAction, returnUrl: string | undefined): void {
  const confirm = (card: string) =>
    intents.confirm(id, { payment_method: card, return_url: returnUrl }, NO_REQUEST);
  switch (action) {
    case 'pay':
      confirm('pm_card_visa');
      return;
    case 'decline':
      confirm('pm_card_chargeDeclined');
      return;
    case 'process':
      confirm('pm_sandbox_processing');
      return;
    case 'authenticate':
    case 'refuse':
      intents.authenticate(id, action === 'authenticate', NO_REQUEST);
      return;
    case 'arrive':
    case 'fail':
      intents.settle(id, action === 'arrive' ? 'succeeded' : 'failed', NO_REQUEST);
      return;
  }
}

/** With what Stripe adds, https://docs.stripe.com/payments/accept-a-payment#additional-options */
function backToShop(returnUrl: string, intent: Stripe.PaymentIntent): string {
  const target = new URL(returnUrl);
  target.searchParams.set('payment_intent', intent.id);
  target.searchParams.set('payment_intent_client_secret', intent.client_secret as string);
  target.searchParams.set('redirect_status', REDIRECT_STATUS[intent.status] ?? 'failed');
  return target.href;
}

const REDIRECT_STATUS: Partial<Record<Stripe.PaymentIntent['status'], string>> = {
  succeeded: 'succeeded',
  processing: 'pending',
};
