import Fastify, { type FastifyRequest } from 'fastify';
import { Faults } from '../payment-sandbox/faults.ts';
import { WebhookSender } from '../payment-sandbox/webhook-sender.ts';
import { Accounts } from './accounts.ts';
import { operations } from './api.operations.ts';
import { apiRoutes } from './api.routes.ts';
import { Balance } from './balance.ts';
import { billingOperations } from './billing.operations.ts';
import { billingRoutes } from './billing.routes.ts';
import { Charges } from './charges.ts';
import { CheckoutSessions } from './checkout-sessions.ts';
import { connectOperations } from './connect.operations.ts';
import { connectRoutes } from './connect.routes.ts';
import { controlRoutes } from './control.routes.ts';
import { SandboxControl } from './control.ts';
import { Customers } from './customers.ts';
import { Disputes } from './disputes.ts';
import { EventLog } from './events.ts';
import { parseForm } from './form.ts';
import { Intents } from './intents.ts';
import { Invoices } from './invoices.ts';
import { payRoutes } from './pay.routes.ts';
import { Prices } from './prices.ts';
import { Refunds } from './refunds.ts';
import { Store } from './store.ts';
import { Subscriptions } from './subscriptions.ts';
import { Transfers } from './transfers.ts';
import { stripeWire } from './webhooks.ts';

const DEFAULT_PUBLISHABLE_KEY = 'pk_test_sandbox';

export interface StripeSandboxOptions {
  /** A free port when absent or 0. */
  port?: number;
  /** Loopback when absent: the control API asks for no key. */
  host?: string;
  secretKey: string;
  /** `pk_test_sandbox` when absent. */
  publishableKey?: string;
  /** Signs webhooks as it is, with its `whsec_`. */
  webhookSecret: string;
  webhookUrl: string;
  /** Keeps everything over a restart; memory only when absent. */
  stateFile?: string;
  /** Waits in ms between the tries of a webhook that is not answered with 2xx; about a minute in all when absent. */
  retryDelays?: number[];
}

export interface StripeSandbox {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly publishableKey: string;
  readonly control: SandboxControl;
  /** Stops at once; with a state file, webhooks that were under way go on after the next start. */
  close(): Promise<void>;
}

/**
 * A Stripe of one's own: its API for intents, refunds, charges, connected accounts, transfers, subscriptions and
 * events under `/v1`, its signed webhooks, pages to pay on under `/pay`, to open an account on under `/connect`, to
 * subscribe on under `/checkout` and `/portal`, and under `/_sandbox` what goes wrong on demand (`GET /_sandbox/`
 * explains it).
 * Time and randomness are real, money is not. Errors: the port is taken; the state file is unreadable.
 */
export async function startStripeSandbox(options: StripeSandboxOptions): Promise<StripeSandbox> {
  const { port = 0, host = '127.0.0.1', secretKey, publishableKey = DEFAULT_PUBLISHABLE_KEY } = options;
  const store = await Store.open(options.stateFile);
  const faults = new Faults();
  const target = { url: options.webhookUrl, secret: options.webhookSecret };
  const webhooks = new WebhookSender(stripeWire, store, faults, target, options.retryDelays);
  const log = new EventLog(store, (recorded) => webhooks.deliver(recorded));
  const balance = new Balance(store);
  const charges = new Charges(store, log, balance);
  const refunds = new Refunds(store, log, charges, balance);
  let url = '';
  const intents = new Intents(store, log, charges, faults, ({ client_secret: secret }, returnUrl) => {
    const query = returnUrl === undefined ? '' : `?return_url=${encodeURIComponent(returnUrl)}`;
    return `${url}/pay/${secret}${query}`;
  });
  const disputes = new Disputes(store, log, charges, balance);
  const accounts = new Accounts(store, log, (secret) => `${url}/connect/${secret}`);
  const transfers = new Transfers(store, log, accounts, balance);
  const subscriptions = new Subscriptions(store, log, new Invoices(store, log, intents));
  const checkouts = new CheckoutSessions(store, log, subscriptions, () => url);
  const lives = { intents, refunds, disputes, accounts, transfers, checkouts, subscriptions };
  const control = new SandboxControl({ store, faults, webhooks, target }, store, lives);

  const app = Fastify({ forceCloseConnections: true, routerOptions: { querystringParser: parseForm } });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => parseForm(body),
  );
  // What was answered is in the file before the answer leaves.
  app.addHook('onSend', () => store.save());
  await app.register(apiRoutes, {
    prefix: '/v1',
    store,
    faults,
    operations: [
      ...operations(store, intents, refunds),
      ...connectOperations(store, { accounts, transfers, balance }),
      ...billingOperations(store, {
        customers: new Customers(store, log),
        prices: new Prices(store, log),
        checkouts,
        subscriptions,
      }),
    ],
    secretKey,
    publishableKey,
  });
  await app.register(controlRoutes, { prefix: '/_sandbox', control });
  await app.register(payRoutes, { prefix: '/pay', store, intents });
  await app.register(connectRoutes, { prefix: '/connect', accounts });
  await app.register(billingRoutes, { store, checkouts, subscriptions });
  url = await app.listen({ port, host });
  webhooks.resume();

  return {
    url,
    publishableKey,
    control,
    close: async () => {
      await app.close();
      await webhooks.close();
      await store.save();
    },
  };
}
