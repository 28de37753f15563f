import { describe, it } from 'node:test';
import { expect } from 'expect';
import { judge, type PreCallFindings } from './pre-call-verdict.ts';

const FINE: PreCallFindings = {
  camera: 'ok',
  microphone: 'ok',
  signalling: 'ok',
  turn: 'reachable',
  candidateTypes: ['host', 'relay'],
  roundTripMs: 60,
  bitrateKbps: 2_000,
  packetLoss: 0,
};

describe('judge', () => {
  const cases: [Partial<PreCallFindings>, ReturnType<typeof judge>][] = [
    [{}, { verdict: 'good', problems: [] }],
    [{ turn: 'not_configured' }, { verdict: 'good', problems: [] }],
    [{ camera: 'denied' }, { verdict: 'limited', problems: ['no_camera'] }],
    [{ turn: 'unreachable' }, { verdict: 'limited', problems: ['no_relay'] }],
    [{ bitrateKbps: 299 }, { verdict: 'limited', problems: ['slow'] }],
    [{ roundTripMs: 401 }, { verdict: 'limited', problems: ['delayed'] }],
    [{ packetLoss: 0.06 }, { verdict: 'limited', problems: ['lossy'] }],
    [{ microphone: 'missing' }, { verdict: 'unusable', problems: ['no_microphone'] }],
    [{ candidateTypes: [] }, { verdict: 'unusable', problems: ['no_way_through'] }],
    [
      { signalling: 'failed', camera: 'failed' },
      { verdict: 'unusable', problems: ['no_connection', 'no_camera'] },
    ],
  ];
  for (const [found, expected] of cases) {
    it(`finds ${expected.verdict} with ${JSON.stringify(found)}`, () => {
      expect(judge({ ...FINE, ...found })).toEqual(expected);
    });
  }

  it('blames nothing on what was not measured', () => {
    const { roundTripMs: _, bitrateKbps: __, packetLoss: ___, ...unmeasured } = FINE;
    expect(judge(unmeasured)).toEqual({ verdict: 'good', problems: [] });
  });
});
