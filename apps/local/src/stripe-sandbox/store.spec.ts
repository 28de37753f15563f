import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startStripeSandbox } from './index.ts';
import { startWorld } from './sandbox-for-tests.ts';
import { Store } from './store.ts';

describe('the state file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stripe-sandbox-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('holds what was answered before the answer left, so that a kill loses no intent', async () => {
    const stateFile = join(folder, 'killed.json');
    const world = await startWorld({ stateFile });
    const intent = await world.stripe.paymentIntents.create({ amount: 1000, currency: 'eur' });
    const onDisk = await Store.open(stateFile);
    expect(onDisk.get('payment_intent', intent.id)).toEqual(intent);
    await world.close();
  });

  it('keeps intents, idempotency keys and undelivered webhooks over a restart', async () => {
    const stateFile = join(folder, 'restarted.json');
    const first = await startWorld({ stateFile, retryDelays: [60_000] });
    const intent = await first.stripe.paymentIntents.create(
      { amount: 1000, currency: 'eur' },
      { idempotencyKey: 'kept' },
    );
    await first.sandbox.control.drained();
    first.sandbox.control.setWebhookUrl('http://127.0.0.1:9/');
    await first.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    await first.close();

    const second = await startWorld({ stateFile });
    await second.sandbox.control.drained();
    expect(second.receiver.types()).toEqual([
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
    ]);
    const kept = await second.stripe.paymentIntents.retrieve(intent.id);
    expect(kept).toMatchObject({ status: 'succeeded', client_secret: intent.client_secret });
    const again = await second.stripe.paymentIntents.create(
      { amount: 1000, currency: 'eur' },
      { idempotencyKey: 'kept' },
    );
    expect(again.id).toBe(intent.id);
    expect((await second.stripe.refunds.create({ payment_intent: intent.id })).amount).toBe(1000);
    await second.close();
  });

  it('is not overwritten when it cannot be read', async () => {
    const stateFile = join(folder, 'broken.json');
    await writeFile(stateFile, '{"payment_intent": [');
    const options = { secretKey: 'sk_test_x', webhookSecret: 'whsec_x', webhookUrl: 'http://127.0.0.1:9/' };
    await expect(startStripeSandbox({ ...options, stateFile })).rejects.toThrow(/broken\.json/);
    expect(await readFile(stateFile, 'utf8')).toBe('{"payment_intent": [');
  });
});
