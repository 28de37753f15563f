import type { DeviceState, Devices } from './devices.ts';
import { type IceServer, SUBPROTOCOL } from './protocol.ts';

/** How long each part may take before it counts as out of reach. */
const WITHIN_MS = 8_000;
/** Above this, two people talk over each other. */
const SLOW_ROUND_TRIP_MS = 400;

export type TurnReach = 'reachable' | 'unreachable' | 'not_configured';

/** What was found; `null` where it could not be measured. */
export interface PreCallFindings {
  readonly camera: DeviceState;
  readonly microphone: DeviceState;
  /** Whether a WebSocket to the server opens; some networks let only plain requests through. */
  readonly signalling: 'reachable' | 'unreachable';
  /** One round trip to the server. */
  readonly round_trip_ms: number | null;
  readonly turn: TurnReach;
}

/** `good`: the visit should go well. `limited`: it can be held, with less. `failed`: something has to be put right. */
export type Verdict = 'good' | 'limited' | 'failed';

export type PreCallProblem =
  | 'camera_unusable'
  | 'connection_slow'
  | 'microphone_unusable'
  | 'signalling_unreachable'
  | 'turn_unreachable';

export interface PreCallResult extends PreCallFindings {
  readonly verdict: Verdict;
  /** Why the verdict is not `good`. */
  readonly problems: readonly PreCallProblem[];
}

export interface PreCallOptions {
  /** Opened before. */
  readonly devices: Pick<Devices, 'stateOf'>;
  /** As the join answer and the welcome give them. */
  readonly iceServers: readonly IceServer[];
  readonly websocketUrl: string;
  /** One cheap request to the server. */
  readonly request: () => Promise<unknown>;
}

/** Tries everything that a visit needs, without entering it. */
export async function runPreCallTest(options: PreCallOptions): Promise<PreCallResult> {
  const { devices, iceServers, websocketUrl, request } = options;
  const [signalling, roundTripMs, turn] = await Promise.all([
    reachSignalling(websocketUrl),
    roundTrip(request),
    reachTurn(iceServers),
  ]);
  return judge({
    camera: devices.stateOf('video'),
    microphone: devices.stateOf('audio'),
    signalling,
    round_trip_ms: roundTripMs,
    turn,
  });
}

/** What the findings mean for a visit. */
export function judge(findings: PreCallFindings): PreCallResult {
  const { camera, microphone, signalling, round_trip_ms: roundTripMs, turn } = findings;
  const failures: PreCallProblem[] = [];
  const limits: PreCallProblem[] = [];
  if (signalling === 'unreachable') failures.push('signalling_unreachable');
  // A patient who cannot be heard cannot be examined; one who cannot be seen can at least talk.
  if (microphone !== 'ok') failures.push('microphone_unusable');
  if (camera !== 'ok') limits.push('camera_unusable');
  if (turn === 'unreachable') limits.push('turn_unreachable');
  if (roundTripMs === null || roundTripMs > SLOW_ROUND_TRIP_MS) limits.push('connection_slow');
  const verdict = failures.length > 0 ? 'failed' : limits.length > 0 ? 'limited' : 'good';
  return { ...findings, verdict, problems: [...failures, ...limits] };
}

/** A socket that says no hello is let go by the server; that it opened is all that is asked. */
function reachSignalling(url: string): Promise<PreCallFindings['signalling']> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, [SUBPROTOCOL]);
    const found = (signalling: PreCallFindings['signalling']) => {
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
      resolve(signalling);
    };
    const timer = setTimeout(() => found('unreachable'), WITHIN_MS);
    socket.onopen = () => found('reachable');
    socket.onclose = () => found('unreachable');
  });
}

/** The best of three: the first may have had to connect. */
async function roundTrip(request: () => Promise<unknown>): Promise<number | null> {
  let best: number | null = null;
  for (let count = 0; count < 3; count += 1) {
    const began = performance.now();
    try {
      await request();
    } catch {
      continue;
    }
    const took = Math.round(performance.now() - began);
    best = Math.min(best ?? took, took);
  }
  return best;
}

/** Asks each TURN server for a relayed address, which takes valid credentials and an open way there. */
function reachTurn(iceServers: readonly IceServer[]): Promise<TurnReach> {
  const relays = iceServers.filter(({ urls }) => urls.some((url) => url.startsWith('turn')));
  if (relays.length === 0) return Promise.resolve('not_configured');
  return new Promise((resolve) => {
    const pc = new RTCPeerConnection({ iceServers: relays, iceTransportPolicy: 'relay' });
    const found = (reach: TurnReach) => {
      clearTimeout(timer);
      pc.onicecandidate = null;
      pc.close();
      resolve(reach);
    };
    const timer = setTimeout(() => found('unreachable'), WITHIN_MS);
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate) found('unreachable');
      else if (candidate.type === 'relay') found('reachable');
    };
    pc.createDataChannel('test');
    pc.setLocalDescription().catch(() => found('unreachable'));
  });
}
