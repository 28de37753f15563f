import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { RazorpayControl } from './control.ts';
import { RazorpayApiError } from './errors.ts';
import { ACTIONS, messagePage, type PayAction, payPage } from './pay.page.ts';
import type { Store } from './store.ts';

const callback = z.url({ protocol: /^https?$/ }).optional();
const pageQuery = z.object({ callback_url: callback });
const pageForm = z.object({
  action: z.enum(Object.keys(ACTIONS) as [PayAction, ...PayAction[]]),
  callback_url: callback,
});
interface ById {
  Params: { id: string };
}

/** `/pay/{order id}`: a person pays in a browser, where Razorpay would open its checkout. */
export async function payRoutes(
  app: FastifyInstance,
  { store, control }: { store: Store; control: RazorpayControl },
): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof RazorpayApiError) return reply.code(error.status).send(messagePage(error.message));
    const status = error instanceof z.ZodError ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send(messagePage(error.message));
  });

  app.get<ById>('/:id', (request, reply) => {
    const { callback_url: callbackUrl } = pageQuery.parse(request.query);
    return reply.send(shown(store, control, request.params.id, callbackUrl));
  });
  app.post<ById>('/:id', (request, reply) => {
    const { action, callback_url: callbackUrl } = pageForm.parse(request.body ?? {});
    act(store, control, request.params.id, action);
    return reply.send(shown(store, control, request.params.id, callbackUrl));
  });
}

function shown(store: Store, control: RazorpayControl, orderId: string, callbackUrl?: string): string {
  const order = store.order(orderId);
  const [attempt] = store.attempts(orderId);
  const tookTheMoney = attempt?.status === 'captured' || attempt?.status === 'authorized';
  const result = attempt && tookTheMoney ? control.checkoutResult(attempt.id) : undefined;
  return payPage({ order, attempt, result, callbackUrl });
}

function act(store: Store, control: RazorpayControl, orderId: string, action: PayAction): void {
  const newest = () => store.attempts(orderId)[0]?.id ?? '';
  switch (action) {
    case 'pay':
      control.pay(orderId);
      return;
    case 'decline':
      control.pay(orderId, 'declined');
      return;
    case 'process':
      control.pay(orderId, 'pending');
      return;
    case 'arrive':
    case 'fail':
      control.settlePayment(newest(), action === 'arrive' ? 'authorized' : 'failed');
      return;
  }
}
