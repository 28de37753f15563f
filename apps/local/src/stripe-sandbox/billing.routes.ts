import type { FastifyInstance } from 'fastify';
import type Stripe from 'stripe';
import { z } from 'zod';
import { escaped, page } from '../payment-sandbox/page.ts';
import { formatAmount } from './amounts.ts';
import type { CheckoutSessions } from './checkout-sessions.ts';
import { StripeApiError } from './errors.ts';
import { type Form, readForm } from './form.ts';
import type { Store } from './store.ts';
import { hasEnded, itemOf, type Subscriptions } from './subscriptions.ts';

const checkoutAction = z.strictObject({ action: z.enum(['pay', 'decline', 'back']) });
const portalAction = z.strictObject({ action: z.enum(['cancel', 'keep', 'pay', 'back']) });
interface BySecret {
  Params: { key: string };
}
interface Billing {
  store: Store;
  checkouts: CheckoutSessions;
  subscriptions: Subscriptions;
}

/** `/checkout/{session id}`: a person subscribes. `/portal/{secret}`: they change the card, or cancel. */
export async function billingRoutes(app: FastifyInstance, billing: Billing): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof StripeApiError ? error.status : (error.statusCode ?? 500);
    return reply.code(status).send(page('Subscribe', `<p role="alert">${escaped(error.message)}</p>`));
  });
  checkoutPage(app, billing);
  portalPage(app, billing);
}

function checkoutPage(app: FastifyInstance, { checkouts }: Billing): void {
  app.get<BySecret>('/checkout/:key', (request, reply) =>
    reply.send(subscribePage(checkouts.get(request.params.key))),
  );

  app.post<BySecret>('/checkout/:key', (request, reply) => {
    const { key } = request.params;
    const { action } = readForm(checkoutAction, (request.body ?? {}) as Form);
    const session = checkouts.get(key);
    if (action === 'back') return reply.redirect(session.cancel_url ?? `/checkout/${key}`, 303);
    try {
      checkouts.pay(key, action === 'pay' ? 'pm_card_visa' : 'pm_card_chargeDeclined');
    } catch (error) {
      // A declined card is no failure of the page: another one can be tried.
      if (!(error instanceof StripeApiError) || error.status !== 402) throw error;
      return reply.send(subscribePage(session, error.message));
    }
    // https://docs.stripe.com/payments/checkout/custom-success-page
    const success = String(session.success_url).replaceAll('{CHECKOUT_SESSION_ID}', key);
    return reply.redirect(success, 303);
  });
}

function portalPage(app: FastifyInstance, { store, subscriptions }: Billing): void {
  const latest = (customer: string) =>
    [...store.tables.subscription.values()].findLast((one) => one.customer === customer && !hasEnded(one));

  app.get<BySecret>('/portal/:key', (request, reply) =>
    reply.send(managePage(request.params.key, latest(store.get('portal', request.params.key).customer))),
  );

  app.post<BySecret>('/portal/:key', (request, reply) => {
    const { key } = request.params;
    const { action } = readForm(portalAction, (request.body ?? {}) as Form);
    const { customer, returnUrl } = store.get('portal', key);
    const subscription = latest(customer);
    if (subscription && action === 'pay') subscriptions.retry(subscription.id, 'pm_card_mastercard');
    if (subscription && (action === 'cancel' || action === 'keep')) {
      subscriptions.cancelAtPeriodEnd(subscription.id, action === 'cancel');
    }
    return reply.redirect(action === 'back' && returnUrl ? returnUrl : `/portal/${key}`, 303);
  });
}

function subscribePage(session: Stripe.Checkout.Session, refusal?: string): string {
  const price = `${formatAmount(session.amount_total ?? 0, session.currency ?? 'eur')} a month`;
  const isOpen = session.status === 'open';
  return page(
    `Subscribe for ${price}`,
    `<small>Sandbox: no money moves</small>
<h1>${escaped(price)}</h1>
${refusal === undefined ? '' : `<p class="refused" role="alert">${escaped(refusal)}</p>`}
${isOpen ? '' : `<p role="status">This page is ${escaped(String(session.status))}.</p>`}
<form method="post" action="/checkout/${escaped(session.id)}">
${isOpen ? button('pay', 'Subscribe') + button('decline', 'Decline the card') : ''}
${session.cancel_url === null ? '' : button('back', 'Back')}
</form>`,
  );
}

function managePage(key: string, subscription: Stripe.Subscription | undefined): string {
  const actions = subscription
    ? [
        subscription.cancel_at_period_end
          ? button('keep', 'Do not cancel')
          : button('cancel', 'Cancel with the end of the month'),
        subscription.status === 'past_due' || subscription.status === 'unpaid'
          ? button('pay', 'Pay with another card')
          : '',
      ]
    : [];
  const until = subscription && new Date(itemOf(subscription).current_period_end * 1000).toDateString();
  return page(
    'Your subscription',
    `<small>Sandbox: no money moves</small>
<h1>Your subscription</h1>
<p role="status">${subscription ? `${escaped(subscription.status)}, until ${until}` : 'There is none.'}</p>
<form method="post" action="/portal/${escaped(key)}">
${actions.join('\n')}
${button('back', 'Back')}
</form>`,
  );
}

function button(action: string, label: string): string {
  return `<button name="action" value="${action}">${escaped(label)}</button>\n`;
}
