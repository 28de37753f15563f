import { newId } from '#kernel';
import type { Bench } from '../bench.ts';
import { httpRequest } from '../http-load.ts';
import { MeasuredProcess } from '../measured-process.ts';
import { race } from '../race.ts';
import type { Stage } from '../stage.ts';
import { eventBody, signedWebhook } from '../webhook-body.ts';

const WEBHOOKS = 1_000;
const ROUNDS = 5;
/** Requests of others meanwhile, one after the other. */
const OTHERS_PAUSE_MS = 5;

interface Burst {
  /** How long each webhook took to be answered: ms. */
  readonly webhooks: readonly number[];
  /** How long somebody else's requests took meanwhile. */
  readonly others: readonly number[];
}

export const webhookBurst: Bench = {
  name: 'webhook-burst',
  title: `${WEBHOOKS} signed webhooks at once, each on a connection of its own`,
  unit: 'webhook',
  async run(openStage) {
    const stage = await openStage();
    const load = new MeasuredProcess('bench/programs/burst.ts', { TARGET: stage.url });
    await load.told({ burst: 'ready' });
    const bursts: Burst[] = [];
    try {
      const result = await race(
        [
          {
            name: 'the API',
            run: () => {
              const requests = Array.from({ length: WEBHOOKS }, () =>
                signedWebhook(eventBody(`evt_${newId()}`), stage.webhookSecret),
              );
              return stage.api.sampled(WEBHOOKS, async () => {
                bursts.push(await load.ask<Burst>({ burst: 'send', requests, other: aRead(stage) }));
              });
            },
          },
        ],
        ROUNDS,
      );
      const [, ...counted] = bursts;
      const p99s = (which: keyof Burst) => counted.map((burst) => Math.round(percentile(burst[which], 0.99)));
      return {
        ...result,
        conditions: `load from a process of its own; a visit is read every ${OTHERS_PAUSE_MS} ms meanwhile`,
        notes: [
          `2xx p99 of each round: ${p99s('webhooks').join(', ')} ms (limit 1000)`,
          `p99 of the others' reads: ${p99s('others').join(', ')} ms`,
        ],
      };
    } finally {
      await load.stop();
    }
  },
};

function aRead({ pairs: [pair] }: Stage): Buffer {
  if (!pair) throw new Error('Nobody is there.');
  const { appointment, accessToken } = pair;
  return httpRequest('GET', `/api/appointments/${appointment}/`, { authorization: `Bearer ${accessToken}` });
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
}
