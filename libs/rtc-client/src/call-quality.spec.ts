import { describe, it } from 'node:test';
import { expect } from 'expect';
import { CallQualityMeter } from './call-quality.ts';

/** A report as Chromium gives it, cut down to what is read. */
function report(
  seconds: number,
  counts: { received: number; lost: number; bytesIn: number; bytesOut: number },
) {
  const timestamp = 1_000_000 + seconds * 1000;
  const all = [
    { id: 'T', type: 'transport', timestamp, selectedCandidatePairId: 'P2' },
    {
      id: 'P1',
      type: 'candidate-pair',
      timestamp,
      nominated: true,
      state: 'succeeded',
      localCandidateId: 'L1',
    },
    { id: 'P2', type: 'candidate-pair', timestamp, localCandidateId: 'L2', currentRoundTripTime: 0.0424 },
    { id: 'L1', type: 'local-candidate', timestamp, candidateType: 'host' },
    { id: 'L2', type: 'local-candidate', timestamp, candidateType: 'relay' },
    {
      id: 'V',
      type: 'inbound-rtp',
      kind: 'video',
      timestamp,
      packetsReceived: counts.received,
      packetsLost: counts.lost,
      bytesReceived: counts.bytesIn,
      jitter: 0.003,
      framesPerSecond: 30,
      framesDecoded: seconds * 30,
      freezeCount: 2,
    },
    { id: 'O', type: 'outbound-rtp', kind: 'video', timestamp, bytesSent: counts.bytesOut },
  ];
  return new Map(all.map((one) => [one.id, one]));
}

describe('CallQualityMeter', () => {
  it('tells how it is now, and what was lost and sent since the last reading', () => {
    const meter = new CallQualityMeter();
    const now = {
      candidate_type: 'relay',
      round_trip_ms: 42,
      jitter_ms: 3,
      frames_per_second: 30,
      freeze_count: 2,
    };
    expect(meter.read(report(10, { received: 900, lost: 100, bytesIn: 1_000_000, bytesOut: 0 }))).toEqual({
      ...now,
      frames_decoded: 300,
    });
    expect(
      meter.read(report(20, { received: 1890, lost: 110, bytesIn: 2_250_000, bytesOut: 125_000 })),
    ).toEqual({
      ...now,
      frames_decoded: 600,
      packet_loss: 0.01,
      bitrate_in_kbps: 1000,
      bitrate_out_kbps: 100,
    });
  });

  it('tells nothing of a connection that carries nothing yet, and nothing below zero', () => {
    const meter = new CallQualityMeter();
    expect(meter.read(new Map())).toEqual({});
    meter.read(report(10, { received: 100, lost: 5, bytesIn: 5000, bytesOut: 5000 }));
    expect(meter.read(report(20, { received: 10, lost: 0, bytesIn: 100, bytesOut: 100 }))).toMatchObject({
      bitrate_in_kbps: 0,
      bitrate_out_kbps: 0,
    });
  });
});
