export const DEVICE_STATES = ['ok', 'denied', 'missing', 'failed'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

export const TURN_STATES = ['reachable', 'unreachable', 'not_configured'] as const;
export type TurnState = (typeof TURN_STATES)[number];

/** What a browser found out about itself before a visit. */
export interface PreCallFindings {
  readonly camera: DeviceState;
  readonly microphone: DeviceState;
  /** Whether the signalling connection came about. */
  readonly signalling: 'ok' | 'failed';
  readonly turn: TurnState;
  /** The kinds of candidates that the browser could gather. */
  readonly candidateTypes: readonly ('host' | 'srflx' | 'prflx' | 'relay')[];
  readonly roundTripMs?: number;
  readonly bitrateKbps?: number;
  /** A share of 1. */
  readonly packetLoss?: number;
}

export const PRE_CALL_PROBLEMS = [
  'no_connection',
  'no_microphone',
  'no_camera',
  'no_way_through',
  'no_relay',
  'slow',
  'delayed',
  'lossy',
] as const;
export type PreCallProblem = (typeof PRE_CALL_PROBLEMS)[number];

export const VERDICTS = ['good', 'limited', 'unusable'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Below this a picture freezes; above the others a talk gets hard. */
const LEAST_KBPS = 300;
const MOST_ROUND_TRIP_MS = 400;
const MOST_LOSS = 0.05;

/** With these there is no visit. */
const FATAL: ReadonlySet<PreCallProblem> = new Set(['no_connection', 'no_microphone', 'no_way_through']);

/** What to expect of a call with these devices and this connection. */
export function judge(findings: PreCallFindings): { verdict: Verdict; problems: PreCallProblem[] } {
  const { camera, microphone, signalling, turn, candidateTypes } = findings;
  const { roundTripMs = 0, bitrateKbps = LEAST_KBPS, packetLoss = 0 } = findings;
  const found: Record<PreCallProblem, boolean> = {
    no_connection: signalling === 'failed',
    no_microphone: microphone !== 'ok',
    no_camera: camera !== 'ok',
    no_way_through: candidateTypes.length === 0,
    no_relay: turn === 'unreachable',
    slow: bitrateKbps < LEAST_KBPS,
    delayed: roundTripMs > MOST_ROUND_TRIP_MS,
    lossy: packetLoss > MOST_LOSS,
  };
  const problems = PRE_CALL_PROBLEMS.filter((problem) => found[problem]);
  if (problems.length === 0) return { verdict: 'good', problems };
  return { verdict: problems.some((problem) => FATAL.has(problem)) ? 'unusable' : 'limited', problems };
}
