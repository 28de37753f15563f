import type { IceServer } from './protocol.ts';

/** What a call with a good picture sends each way. More than that is not asked of the relay. */
const CALL_KBPS = 1_500;
/** About as large as a packet of video. */
const MESSAGE_BYTES = 1_000;
const SEND_FOR_MS = 3_000;
const TICK_MS = 20;
/** With more than this waiting in the browser nothing is added. */
const MOST_WAITING_BYTES = 64 * 1024;
/** How long the last ones may be under way. */
const LAST_ARRIVALS_MS = 1_000;
const CONNECT_WITHIN_MS = 8_000;

/** What came through of as much as a call would send. */
export interface Throughput {
  readonly bitrateKbps: number;
  /** A share of 1. */
  readonly packetLoss: number;
}

interface Arrivals {
  count: number;
  lastAt: number;
}

/**
 * Calls itself through the relay for a few seconds: up to the TURN server and down again, as packets that are
 * not sent twice. Neither is measured without a relay, where nothing would leave the device.
 *
 * @returns `null` when no connection came about, or it was aborted
 */
export async function measureThroughput(
  iceServers: readonly IceServer[],
  signal: AbortSignal,
): Promise<Throughput | null> {
  const configuration: RTCConfiguration = { iceServers: [...iceServers], iceTransportPolicy: 'relay' };
  const [near, far] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)];
  try {
    const channel = near.createDataChannel('test', { ordered: false, maxRetransmits: 0 });
    const arrivals = arrivalsAt(far);
    await introduce(near, far);
    if (!(await opens(channel, signal))) return null;
    const began = performance.now();
    const sent = await sendLikeACall(channel, signal);
    const until = performance.now() + LAST_ARRIVALS_MS;
    while (arrivals.count < sent && performance.now() < until && !signal.aborted) await pause(TICK_MS);
    if (signal.aborted || sent === 0) return null;
    const took = Math.max(arrivals.lastAt - began, TICK_MS);
    return {
      bitrateKbps: Math.round((arrivals.count * MESSAGE_BYTES * 8) / took),
      packetLoss: Math.max(0, 1 - arrivals.count / sent),
    };
  } finally {
    near.close();
    far.close();
  }
}

function arrivalsAt(far: RTCPeerConnection): Arrivals {
  const arrivals = { count: 0, lastAt: 0 };
  far.ondatachannel = ({ channel }) => {
    channel.onmessage = () => {
      arrivals.count += 1;
      arrivals.lastAt = performance.now();
    };
  };
  return arrivals;
}

async function introduce(near: RTCPeerConnection, far: RTCPeerConnection): Promise<void> {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.onicecandidate = ({ candidate }) => {
      // One that does no good is no news: without any that does the channel does not open.
      if (candidate) to.addIceCandidate(candidate).catch(() => undefined);
    };
  }
  await near.setLocalDescription();
  if (near.localDescription) await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription();
  if (far.localDescription) await near.setRemoteDescription(far.localDescription);
}

function opens(channel: RTCDataChannel, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (isOpen: boolean) => {
      clearTimeout(timer);
      resolve(isOpen);
    };
    const timer = setTimeout(() => finish(false), CONNECT_WITHIN_MS);
    channel.onopen = () => finish(true);
    channel.onclose = () => finish(false);
    signal.addEventListener('abort', () => finish(false), { once: true });
  });
}

/** @returns how many messages left the browser */
async function sendLikeACall(channel: RTCDataChannel, signal: AbortSignal): Promise<number> {
  const message = new Uint8Array(MESSAGE_BYTES);
  const began = performance.now();
  let sent = 0;
  let due = 0;
  for (let time = 0; time < SEND_FOR_MS && !signal.aborted; time = performance.now() - began) {
    const dueNow = Math.floor((time * CALL_KBPS) / 8 / MESSAGE_BYTES);
    for (; due < dueNow; due += 1) {
      // A slow line shows in what arrives. What it has no room for was not lost.
      if (channel.readyState !== 'open' || channel.bufferedAmount > MOST_WAITING_BYTES) continue;
      channel.send(message);
      sent += 1;
    }
    await pause(TICK_MS);
  }
  return sent - Math.ceil(channel.bufferedAmount / MESSAGE_BYTES);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
