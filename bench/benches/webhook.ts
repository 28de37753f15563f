import { newId } from '#kernel';
import type { Bench } from '../bench.ts';
import { CONNECTIONS, describeScripts, raceAgainstSameSql } from '../same-sql.ts';
import { eventBody, signedWebhook } from '../webhook-body.ts';

export const webhook: Bench = {
  name: 'webhook',
  title: 'POST /api/payments/webhooks/, each another signed event',
  unit: 'webhook',
  async run(openStage) {
    const stage = await openStage();
    const { scripts, ...result } = await raceAgainstSameSql({
      stage,
      status: 200,
      operationsPerRound: 500,
      period: 1,
      next() {
        const event = `evt_${newId()}`;
        return {
          kind: 'event',
          request: signedWebhook(eventBody(event), stage.webhookSecret),
          values: { event },
        };
      },
    });
    return {
      ...result,
      conditions: `${CONNECTIONS} connections kept open; statements: ${describeScripts(scripts)}; bodies of ${eventBody(`evt_${newId()}`).length} bytes`,
    };
  },
};
