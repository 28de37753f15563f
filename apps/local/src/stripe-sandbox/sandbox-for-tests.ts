import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { type StripeSandbox, type StripeSandboxOptions, startStripeSandbox } from './index.ts';

const SECRET_KEY = 'sk_test_4eC39HqLyjWD';
const WEBHOOK_SECRET = 'whsec_test_of_the_sandbox';

/** A webhook endpoint that checks signatures with Stripe's own code, as the production adapter does. */
interface Receiver {
  url: string;
  /** Verified events in the order they came, repetitions too. */
  received: Stripe.Event[];
  /** The status of each coming answer; 200 when empty. */
  answers: number[];
  types(): string[];
  close(): Promise<void>;
}

async function startReceiver(stripe: Stripe): Promise<Receiver> {
  const received: Stripe.Event[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    const signature = request.headers['stripe-signature'] as string;
    const event = stripe.webhooks.constructEvent(await bodyOf(request), signature, WEBHOOK_SECRET);
    const status = answers.shift() ?? 200;
    if (status === 200) received.push(event);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    received,
    answers,
    types: () => received.map((event) => event.type),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The official client, told only where its host is. */
export function stripeAt(url: string, key = SECRET_KEY, config: Partial<Stripe.StripeConfig> = {}): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(key, {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    telemetry: false,
    ...config,
  });
}

export interface World {
  sandbox: StripeSandbox;
  receiver: Receiver;
  stripe: Stripe;
  close(): Promise<void>;
}

export async function startWorld(options: Partial<StripeSandboxOptions> = {}): Promise<World> {
  const receiver = await startReceiver(new Stripe(SECRET_KEY));
  const sandbox = await startStripeSandbox({
    secretKey: SECRET_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: receiver.url,
    retryDelays: [20, 20],
    ...options,
  });
  return {
    sandbox,
    receiver,
    stripe: stripeAt(sandbox.url),
    close: async () => {
      await sandbox.close();
      await receiver.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
}
