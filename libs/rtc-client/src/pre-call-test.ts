import type { DeviceState, Devices } from './devices.ts';
import { type IceServer, SUBPROTOCOL } from './protocol.ts';
import { measureThroughput } from './relay-throughput.ts';

/** How long each part may take before it counts as out of reach. */
const WITHIN_MS = 8_000;

type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay';

/** What was found, in the words of the API that keeps it and says what to expect of the visit. */
export interface PreCallFindings {
  readonly camera: DeviceState;
  readonly microphone: DeviceState;
  /** Whether a WebSocket to the server opens; some networks let only plain requests through. */
  readonly signalling: 'ok' | 'failed';
  readonly turn: 'reachable' | 'unreachable' | 'not_configured';
  /** The kinds of addresses at which this device can be reached. */
  readonly candidate_types: readonly CandidateType[];
  /** One round trip to the server, where one succeeded. */
  readonly round_trip_ms?: number;
  /** What the relay brought back of as much as a call sends; only where it was reached. */
  readonly bitrate_kbps?: number;
  /** A share of 1. */
  readonly packet_loss?: number;
}

export interface PreCallOptions {
  /** Opened before. */
  readonly devices: Pick<Devices, 'stateOf'>;
  /** As the join answer gives them. */
  readonly iceServers: readonly IceServer[];
  readonly websocketUrl: string;
  /** One cheap request to the server. */
  readonly request: () => Promise<unknown>;
  /** Ends the test, which takes some seconds and a call's share of the network. */
  readonly signal?: AbortSignal;
}

/**
 * Tries everything that a visit needs, without entering it.
 * @throws the reason of `signal`
 */
export async function runPreCallTest(options: PreCallOptions): Promise<PreCallFindings> {
  const { devices, iceServers, websocketUrl, request, signal = new AbortController().signal } = options;
  const [signalling, roundTripMs, types] = await Promise.all([
    reachSignalling(websocketUrl),
    roundTrip(request),
    gather(iceServers),
  ]);
  signal.throwIfAborted();
  // After the round trips, which would wait behind it.
  const throughput = types.has('relay') ? await measureThroughput(iceServers, signal) : null;
  signal.throwIfAborted();
  const hasTurn = iceServers.some(({ urls }) => urls.some((url) => url.startsWith('turn')));
  return {
    camera: devices.stateOf('video'),
    microphone: devices.stateOf('audio'),
    signalling,
    // A relayed address takes valid credentials and an open way to the server.
    turn: !hasTurn ? 'not_configured' : types.has('relay') ? 'reachable' : 'unreachable',
    candidate_types: [...types],
    ...(roundTripMs !== null && { round_trip_ms: roundTripMs }),
    ...(throughput && { bitrate_kbps: throughput.bitrateKbps, packet_loss: throughput.packetLoss }),
  };
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
    const timer = setTimeout(() => found('failed'), WITHIN_MS);
    socket.onopen = () => found('ok');
    socket.onclose = () => found('failed');
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

/** Finds this device's addresses as a call would. */
function gather(iceServers: readonly IceServer[]): Promise<Set<CandidateType>> {
  return new Promise((resolve) => {
    const types = new Set<CandidateType>();
    const pc = new RTCPeerConnection({ iceServers: [...iceServers] });
    const finish = () => {
      clearTimeout(timer);
      pc.onicecandidate = null;
      pc.close();
      resolve(types);
    };
    const timer = setTimeout(finish, WITHIN_MS);
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate) finish();
      else if (candidate.type) types.add(candidate.type);
    };
    pc.createDataChannel('test');
    pc.setLocalDescription().catch(finish);
  });
}
