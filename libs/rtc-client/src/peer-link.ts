import { CallQualityMeter } from './call-quality.ts';
import { Emitter } from './emitter.ts';
import type { CallQuality, Candidate, IceServer, Negotiation } from './protocol.ts';

/** Candidates that turn up together travel together. */
const CANDIDATE_BATCH_MS = 50;
const MAX_BATCH = 32;
/**
 * How long the polite side leaves the first offer to the other. Both sides begin at the same moment, and a
 * rollback in the middle of gathering has left Chromium without candidates.
 */
const FIRST_OFFER_AFTER_MS = 1_500;
/** When ICE is restarted in a state that does not get better: a disconnected link often does. */
const RESTART_AFTER_MS: Partial<Record<RTCPeerConnectionState, number>> = {
  new: 8_000,
  connecting: 8_000,
  disconnected: 4_000,
  failed: 1_000,
};

export interface PeerLinkOptions {
  /** Names this link; messages of another one are not for it. */
  readonly connection: string;
  /** The participant at the other end. */
  readonly to: string;
  readonly isPolite: boolean;
  readonly iceServers: readonly IceServer[];
  /** What to send. */
  readonly local: MediaStream;
  readonly send: (message: Negotiation) => void;
}

export interface PeerLinkEvents {
  state: RTCPeerConnectionState;
  /** `stream` has another track. */
  track: MediaStream;
  problem: unknown;
}

/**
 * The media connection to one other participant: perfect negotiation, with the part that the server
 * assigned. Source: https://www.w3.org/TR/webrtc/#perfect-negotiation-example
 */
export class PeerLink extends Emitter<PeerLinkEvents> {
  /** What comes from the other side. */
  readonly stream = new MediaStream();
  readonly connection: string;
  readonly #pc: RTCPeerConnection;
  readonly #isPolite: boolean;
  readonly #send: PeerLinkOptions['send'];
  readonly #address: { readonly connection: string; readonly to: string };
  readonly #meter = new CallQualityMeter();
  #isMakingOffer = false;
  #ignoresOffer = false;
  #isSettingRemoteAnswer = false;
  #isRestartAskedFor = false;
  #candidates: Candidate[] = [];
  #batchTimer: ReturnType<typeof setTimeout> | undefined;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;
  #firstOfferTimer: ReturnType<typeof setTimeout> | undefined;
  #queue = Promise.resolve();

  constructor({ connection, to, isPolite, iceServers, local, send }: PeerLinkOptions) {
    super();
    this.connection = connection;
    this.#isPolite = isPolite;
    this.#send = send;
    this.#address = { connection, to };
    const pc = new RTCPeerConnection({ iceServers: [...iceServers] });
    this.#pc = pc;
    pc.onnegotiationneeded = () => this.#needed();
    pc.onicecandidate = ({ candidate }) => this.#found(candidate);
    pc.onconnectionstatechange = () => {
      this.#watch();
      this.emit('state', pc.connectionState);
    };
    pc.ontrack = ({ track }) => this.#arrived(track);
    this.#watch();
    for (const kind of ['audio', 'video']) {
      const track = local.getTracks().find((one) => one.kind === kind);
      // Who has no camera still wants to see the other.
      if (track) pc.addTrack(track, local);
      else pc.addTransceiver(kind, { direction: 'recvonly' });
    }
  }

  get state(): RTCPeerConnectionState {
    return this.#pc.connectionState;
  }

  /** Takes a signal of the other side; one after the other, as they came. */
  receive(message: Negotiation): void {
    this.#queue = this.#queue.then(() => this.#take(message)).catch((error) => this.#failed(error));
  }

  /**
   * Looks for a new path between the two, while the present one goes on as long as it can. The impolite side makes
   * the offer, at the request of the other: of two that collide one is rolled back, and a Chromium that rolled back
   * its restart shows no picture from then on. The request is not lost, whatever the network does, and said once.
   */
  restartIce(): void {
    if (!this.#isPolite || !this.#pc.remoteDescription) {
      this.#pc.restartIce();
    } else if (!this.#isRestartAskedFor) {
      this.#isRestartAskedFor = true;
      this.#send({ type: 'restart-ice', ...this.#address });
    }
  }

  /** Where to look for the next path. */
  setIceServers(iceServers: readonly IceServer[]): void {
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers: [...iceServers] });
  }

  /** The credentials of the present servers end: a path through a relay is replaced by one with these. */
  async renewIceServers(iceServers: readonly IceServer[]): Promise<void> {
    this.setIceServers(iceServers);
    const { candidate_type: type } = await this.quality();
    if (type === 'relay' && this.state !== 'closed') this.restartIce();
  }

  /** Sends another camera or microphone from now on. */
  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    const sender = this.#pc.getSenders().find((one) => one.track?.kind === track.kind);
    await sender?.replaceTrack(track);
  }

  async quality(): Promise<CallQuality> {
    return this.#meter.read(await this.#pc.getStats());
  }

  close(): void {
    clearTimeout(this.#batchTimer);
    clearTimeout(this.#restartTimer);
    clearTimeout(this.#firstOfferTimer);
    this.#pc.onconnectionstatechange = null;
    this.#pc.onicecandidate = null;
    this.#pc.onnegotiationneeded = null;
    this.#pc.close();
  }

  #arrived(track: MediaStreamTrack): void {
    for (const old of this.stream.getTracks()) if (old.kind === track.kind) this.stream.removeTrack(old);
    this.stream.addTrack(track);
    this.emit('track', this.stream);
  }

  #needed(): void {
    if (!this.#isPolite || this.#pc.remoteDescription) {
      void this.#offer();
      return;
    }
    clearTimeout(this.#firstOfferTimer);
    this.#firstOfferTimer = setTimeout(() => {
      if (!this.#pc.remoteDescription) void this.#offer();
    }, FIRST_OFFER_AFTER_MS);
  }

  async #offer(): Promise<void> {
    try {
      this.#isMakingOffer = true;
      await this.#describe();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isMakingOffer = false;
    }
  }

  async #take(message: Negotiation): Promise<void> {
    switch (message.type) {
      case 'offer':
      case 'answer':
        return this.#takeDescription(message.type, message.sdp);
      case 'candidate':
        return this.#add([message.candidate]);
      case 'candidates':
        return this.#add(message.candidates);
      case 'end-of-candidates':
        return this.#add([undefined]);
      case 'restart-ice':
        // An offer that is under way brings the new path already.
        if (this.#pc.signalingState === 'stable') this.#pc.restartIce();
    }
  }

  async #takeDescription(type: 'offer' | 'answer', sdp: string): Promise<void> {
    const pc = this.#pc;
    const isReady = !this.#isMakingOffer && (pc.signalingState === 'stable' || this.#isSettingRemoteAnswer);
    this.#ignoresOffer = !this.#isPolite && type === 'offer' && !isReady;
    if (this.#ignoresOffer) return;
    this.#isSettingRemoteAnswer = type === 'answer';
    try {
      await pc.setRemoteDescription({ type, sdp });
    } finally {
      this.#isSettingRemoteAnswer = false;
    }
    if (type !== 'offer') return;
    this.#isRestartAskedFor = false;
    await this.#describe();
  }

  async #add(candidates: readonly (Candidate | undefined)[]): Promise<void> {
    for (const candidate of candidates) {
      try {
        await this.#pc.addIceCandidate(candidate);
      } catch (error) {
        if (!this.#ignoresOffer) throw error;
      }
    }
  }

  /** Makes the offer or the answer that is due, and sends it. */
  async #describe(): Promise<void> {
    await this.#pc.setLocalDescription();
    const description = this.#pc.localDescription;
    if (description?.type !== 'offer' && description?.type !== 'answer') return;
    this.#flush();
    this.#send({ type: description.type, sdp: description.sdp, ...this.#address });
  }

  #found(candidate: RTCIceCandidate | null): void {
    if (!candidate) {
      this.#flush();
      this.#send({ type: 'end-of-candidates', ...this.#address });
    } else if (candidate.candidate) {
      this.#candidates.push(candidate.toJSON() as Candidate);
      if (this.#candidates.length >= MAX_BATCH) this.#flush();
      this.#batchTimer ??= setTimeout(() => this.#flush(), CANDIDATE_BATCH_MS);
    }
  }

  #flush(): void {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    const candidates = this.#candidates.splice(0);
    if (candidates.length > 0) this.#send({ type: 'candidates', candidates, ...this.#address });
  }

  #watch(): void {
    clearTimeout(this.#restartTimer);
    const after = RESTART_AFTER_MS[this.#pc.connectionState];
    if (after === undefined) return;
    this.#restartTimer = setTimeout(() => {
      // An offer without an answer got lost, and would be waited for by both.
      if (this.#pc.signalingState === 'have-local-offer') void this.#offer();
      else this.restartIce();
      this.#watch();
    }, after);
  }

  #failed(error: unknown): void {
    if (this.#pc.signalingState !== 'closed') this.emit('problem', error);
  }
}
