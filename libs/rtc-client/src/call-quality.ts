import type { CallQuality } from './protocol.ts';

/** The statistics that are read here, of all that a browser gives. https://www.w3.org/TR/webrtc-stats/ */
interface Statistic {
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly kind?: string;
  readonly state?: string;
  readonly nominated?: boolean;
  readonly selectedCandidatePairId?: string;
  readonly localCandidateId?: string;
  readonly candidateType?: CallQuality['candidate_type'];
  readonly currentRoundTripTime?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly bytesReceived?: number;
  readonly bytesSent?: number;
  readonly jitter?: number;
  readonly framesPerSecond?: number;
  readonly framesDecoded?: number;
  readonly freezeCount?: number;
}

type Field = 'packetsReceived' | 'packetsLost' | 'bytesReceived' | 'bytesSent';
type Totals = Record<Field, number> & { readonly timestamp: number };

/** Turns the running totals of one peer connection into what happened since the last reading. */
export class CallQualityMeter {
  #last: Totals | null = null;

  read(report: { values(): Iterable<unknown> }): CallQuality {
    const all = [...report.values()] as Statistic[];
    const find = (type: string, fits: (one: Statistic) => boolean = () => true) =>
      all.find((one) => one.type === type && fits(one));
    const pair =
      find('candidate-pair', ({ id }) => id === find('transport')?.selectedCandidatePairId) ??
      find('candidate-pair', ({ nominated, state }) => nominated === true && state === 'succeeded');
    const local = find('local-candidate', ({ id }) => id === pair?.localCandidateId);
    const video = find('inbound-rtp', ({ kind }) => kind === 'video');
    return withoutGaps({
      candidate_type: local?.candidateType,
      round_trip_ms: milliseconds(pair?.currentRoundTripTime),
      jitter_ms: milliseconds(video?.jitter),
      frames_per_second: video?.framesPerSecond,
      frames_decoded: video?.framesDecoded,
      freeze_count: video?.freezeCount,
      ...this.#change(all),
    });
  }

  #change(all: readonly Statistic[]): Partial<CallQuality> {
    const streams = all.filter(({ type }) => type === 'inbound-rtp' || type === 'outbound-rtp');
    const sum = (field: Field) => streams.reduce((total, one) => total + (one[field] ?? 0), 0);
    const now: Totals = {
      timestamp: Math.max(0, ...streams.map(({ timestamp }) => timestamp)),
      packetsReceived: sum('packetsReceived'),
      packetsLost: sum('packetsLost'),
      bytesReceived: sum('bytesReceived'),
      bytesSent: sum('bytesSent'),
    };
    const last = this.#last;
    this.#last = now;
    if (!last || now.timestamp <= last.timestamp) return {};
    // A stream that ended takes its totals along; nothing is less than nothing.
    const grown = (field: Field) => Math.max(0, now[field] - last[field]);
    const elapsedMs = now.timestamp - last.timestamp;
    const kbps = (field: Field) => Math.round((grown(field) * 8) / elapsedMs);
    const expected = grown('packetsReceived') + grown('packetsLost');
    return {
      packet_loss: expected > 0 ? grown('packetsLost') / expected : undefined,
      bitrate_in_kbps: kbps('bytesReceived'),
      bitrate_out_kbps: kbps('bytesSent'),
    };
  }
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

/** Without what a browser does not tell, or tells as NaN. */
function withoutGaps(quality: CallQuality): CallQuality {
  return Object.fromEntries(
    Object.entries(quality).filter(([, value]) => typeof value === 'string' || Number.isFinite(value)),
  );
}
