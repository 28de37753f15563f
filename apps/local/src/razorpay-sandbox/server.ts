import Fastify, { type FastifyRequest } from 'fastify';
import { Faults } from '../payment-sandbox/faults.ts';
import { WebhookSender } from '../payment-sandbox/webhook-sender.ts';
import { apiRoutes } from './api.routes.ts';
import { controlRoutes } from './control.routes.ts';
import { RazorpayControl } from './control.ts';
import { Disputes } from './disputes.ts';
import { EventLog, razorpayWire } from './events.ts';
import { LinkedAccounts } from './linked-accounts.ts';
import { Orders } from './orders.ts';
import { payRoutes } from './pay.routes.ts';
import { Payments } from './payments.ts';
import { Refunds } from './refunds.ts';
import { routeRoutes } from './route.routes.ts';
import { Store } from './store.ts';
import { Transfers } from './transfers.ts';

export interface RazorpaySandboxOptions {
  /** A free port when absent or 0. */
  port?: number;
  /** Loopback when absent: the control API asks for no key. */
  host?: string;
  keyId: string;
  keySecret: string;
  webhookSecret: string;
  webhookUrl: string;
  /** Keeps everything over a restart; memory only when absent. */
  stateFile?: string;
  /** Waits in ms between the tries of a webhook that is not answered with 2xx; about a minute in all when absent. */
  retryDelays?: number[];
}

export interface RazorpaySandbox {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly control: RazorpayControl;
  /** Stops at once; with a state file, webhooks that were under way go on after the next start. */
  close(): Promise<void>;
}

/**
 * A Razorpay of one's own: its API for orders, payments, refunds, disputes and transfers under `/v1`, for linked
 * accounts under `/v2`, its signed webhooks, a page to pay on under `/pay`, and under `/_sandbox` what goes wrong on
 * demand (`GET /_sandbox/` explains it).
 * Time and randomness are real, money is not. Errors: the port is taken; the state file is unreadable.
 */
export async function startRazorpaySandbox(options: RazorpaySandboxOptions): Promise<RazorpaySandbox> {
  const { port = 0, host = '127.0.0.1', keyId, keySecret } = options;
  const store = await Store.open(options.stateFile);
  const faults = new Faults();
  const target = { url: options.webhookUrl, secret: options.webhookSecret };
  const webhooks = new WebhookSender(razorpayWire, store, faults, target, options.retryDelays);
  const log = new EventLog(store, (recorded) => webhooks.deliver(recorded));
  const orders = new Orders(store);
  const payments = new Payments(store, log, faults);
  const refunds = new Refunds(store, log);
  const disputes = new Disputes(store, log);
  const accounts = new LinkedAccounts(store, log);
  const transfers = new Transfers(store, log, accounts);
  const control = new RazorpayControl(
    { store, faults, webhooks, target },
    { store, payments, refunds, disputes, accounts, transfers, keySecret },
  );

  const app = Fastify({ forceCloseConnections: true });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
  );
  // What was answered is in the file before the answer leaves.
  app.addHook('onSend', () => store.save());
  const answers = { store, faults, keyId, keySecret };
  await app.register(apiRoutes, { prefix: '/v1', ...answers, orders, payments, refunds, transfers });
  await app.register(routeRoutes, { prefix: '/v2', ...answers, accounts });
  await app.register(controlRoutes, { prefix: '/_sandbox', control });
  await app.register(payRoutes, { prefix: '/pay', store, control });
  const url = await app.listen({ port, host });
  webhooks.resume();

  return {
    url,
    control,
    close: async () => {
      await app.close();
      await webhooks.close();
      await store.save();
    },
  };
}
