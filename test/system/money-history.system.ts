import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { audit, summaryOf } from '../support/money-history/audit.ts';
import { live } from '../support/money-history/life.ts';
import { lifeOf } from '../support/money-history/steps.ts';
import { HISTORY_APP, openWorld, type World } from '../support/money-history/world.ts';
import { PAYING_APP } from '../support/paying.ts';
import { ServerProcess } from './support/server.ts';

/** `HISTORY_SEED=… HISTORY_VISITS=…` lives the same life again, or a longer one. */
const SEED = Number(process.env['HISTORY_SEED'] ?? Date.now() % 2 ** 31);
const VISITS = Number(process.env['HISTORY_VISITS'] ?? 60);
/** In about so many of a hundred groups of things the server is killed in the midst of them. */
const KILLED_PERCENT = 20;
/** Things of a group take about so long. */
const GROUP_MS = 400;

const SETTINGS = { ...PAYING_APP, ...HISTORY_APP };

describe('a random history of money, with a server that is killed at random moments', () => {
  let server: ServerProcess;
  let world: World;
  let kills = 0;

  before(async () => {
    server = await ServerProcess.start(SETTINGS);
    world = await openWorld(server.app);
  });
  after(() => server.close());

  async function killAtTimes(chance: () => number): Promise<void> {
    if (chance() * 100 >= KILLED_PERCENT) return;
    // What is measured is what a kill meets: this is no wait for a fact.
    await sleep(chance() * GROUP_MS);
    await server.kill();
    kills += 1;
    await server.restart(SETTINGS);
  }

  it(`leaves every payment in one place, and books that agree with the providers (seed ${SEED})`, {
    timeout: 120_000 + VISITS * 6_000,
  }, async (test) => {
    test.diagnostic(`HISTORY_SEED=${SEED} HISTORY_VISITS=${VISITS}`);
    await live(world, lifeOf(SEED, VISITS), {
      // It does its jobs itself.
      startWorker: async () => undefined,
      stopWorker: async () => undefined,
      meanwhile: killAtTimes,
    });
    test.diagnostic(`${kills} kills; ${await summaryOf(world)}`);
    await audit(world);
  });
});
