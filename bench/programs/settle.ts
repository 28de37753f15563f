// A worker that settles payments and does nothing else: when it is told to, it works on the webhooks that lie in the
// inbox until none is left, and waits again.
import { NestFactory } from '@nestjs/core';
import { systemActor } from '#kernel';
import { WebhooksService } from '#payments';
import { JobRunner, Jobs, loadConfig, PlatformModule } from '#platform';
import { LIBRARIES } from '../../apps/api/src/libraries.ts';

const QUEUE = 'payments.process-webhook';

class Worker {}

type Command =
  | { readonly settle: 'all'; readonly payments: number }
  /** Without the queue, for the statements of it. */
  | { readonly settle: 'one'; readonly webhookEventId: string };

const config = loadConfig({ ...process.env, RUN_JOBS: '0' });
const app = await NestFactory.createApplicationContext(
  { module: Worker, imports: [PlatformModule.with(config), ...LIBRARIES] },
  { logger: false },
);
const { boss } = app.get(Jobs);
const webhooks = app.get(WebhooksService);

/** Every job of the queue calls this once. */
let done = (): void => undefined;
const settle = webhooks.process.bind(webhooks);
webhooks.process = async (...args) => {
  await settle(...args);
  done();
};

async function settleAll(payments: number): Promise<void> {
  let left = payments;
  const all = new Promise<void>((resolve) => {
    done = () => {
      left -= 1;
      if (left === 0) resolve();
    };
  });
  await app.get(JobRunner).work(QUEUE);
  await all;
}

process.on('message', async (command: Command) => {
  if (command.settle === 'all') {
    await settleAll(command.payments);
    process.send?.({ settle: 'all' });
    await boss.offWork(QUEUE);
    process.send?.({ settle: 'idle' });
  } else if (command.settle === 'one') {
    await webhooks.process(systemActor('bench'), command.webhookEventId);
    process.send?.({ settle: 'one' });
  }
});
process.send?.({ settle: 'ready' });
