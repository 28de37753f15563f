import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { type Network, openNetwork, type Side } from './network.fixture.ts';

/** What can happen to one side of a room. */
type Step =
  | { readonly kind: 'say'; readonly side: Side }
  /** So many frames in each direction arrive. */
  | { readonly kind: 'carry'; readonly side: Side; readonly frames: number }
  /** The socket breaks with what is under way on it; perhaps only one end notices. */
  | { readonly kind: 'cut'; readonly side: Side; readonly seenBy: 'both' | 'client' | 'server' }
  | { readonly kind: 'wait'; readonly milliseconds: number };

const side = fc.constantFrom<Side>('doctor', 'patient');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('say' as const), side }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('carry' as const),
      side,
      frames: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      side,
      seenBy: fc.constantFrom('both' as const, 'client' as const, 'server' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      milliseconds: fc.integer({ min: 1, max: 9_000 }),
    }),
  },
);

async function play(network: Network, steps: readonly Step[]): Promise<void> {
  const said = { doctor: [] as string[], patient: [] as string[] };
  for (const one of steps) {
    switch (one.kind) {
      case 'say': {
        const text = `${one.side} ${said[one.side].length + 1}`;
        said[one.side].push(text);
        network.clients[one.side].send({ type: 'chat', text });
        break;
      }
      case 'carry':
        await network.carry(one.side, one.frames);
        break;
      case 'cut':
        await network.cut(one.side, one.seenBy);
        break;
      case 'wait':
        await network.wait(one.milliseconds);
    }
  }
  await network.heal();
  expect(network.heard).toEqual({ doctor: said.patient, patient: said.doctor });
  expect(network.sessions).toEqual({ doctor: 1, patient: 1 });
}

/** A server that takes much less than its clients are told. */
const STRICT = { bytesPerSecond: 400, byteBurst: 200, maxRefusals: 15 };

describe('RtcClient against the real room, over a network that breaks anywhere', () => {
  for (const [server, limits] of [['any', {}] as const, ['a strict', STRICT] as const]) {
    it(`hands on everything once, in order, in one session, with ${server} server`, async (context) => {
      context.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_000_000 });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
          const network = await openNetwork((milliseconds) => context.mock.timers.tick(milliseconds), limits);
          try {
            await play(network, steps);
          } finally {
            network.close();
          }
        }),
        { numRuns: 100 },
      );
    });
  }

  it('says 500 lines at once, of which all arrive, once and in order', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_000_000 });
    const network = await openNetwork((milliseconds) => context.mock.timers.tick(milliseconds));
    const refused: string[] = [];
    network.clients.doctor.on('refused', ({ code }) => refused.push(code));
    const lines: Step[] = Array.from({ length: 500 }, () => ({ kind: 'say', side: 'doctor' }));
    await play(network, [...lines, { kind: 'carry', side: 'doctor', frames: 1_000 }]);
    expect(refused).toEqual([]);
    network.close();
  });
});
