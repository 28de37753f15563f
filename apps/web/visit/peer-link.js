/**
 * The media connection to one other participant: perfect negotiation, with the part that the server
 * assigned. Source: https://www.w3.org/TR/webrtc/#perfect-negotiation-example
 */

/** Candidates that turn up together travel together. */
const CANDIDATE_BATCH_MS = 50;
const MAX_BATCH = 32;
/**
 * How long the polite side leaves the first offer to the other. Both sides begin at the same moment, and a
 * rollback in the middle of gathering has left Chromium without candidates.
 */
const FIRST_OFFER_AFTER_MS = 1_500;
/** When ICE is restarted in a state that does not get better: a disconnected link often does. */
const RESTART_AFTER_MS = { new: 8_000, connecting: 8_000, disconnected: 4_000, failed: 1_000 };

export class PeerLink extends EventTarget {
  stream = new MediaStream();

  #pc;
  #send;
  #polite;
  #makingOffer = false;
  #ignoreOffer = false;
  #settingRemoteAnswer = false;
  #candidates = [];
  #batchTimer = null;
  #restartTimer = null;
  #firstOfferTimer = null;
  #queue = Promise.resolve();

  /**
   * @param {object} options
   * @param {string} options.connection names this link; messages of another one are not for it
   * @param {boolean} options.polite
   * @param {RTCIceServer[]} options.iceServers
   * @param {MediaStream} options.local what to send
   * @param {(message: object) => void} options.send
   */
  constructor({ connection, polite, iceServers, local, send }) {
    super();
    this.connection = connection;
    this.#polite = polite;
    this.#send = (message) => send({ ...message, connection });
    const pc = new RTCPeerConnection({ iceServers });
    this.#pc = pc;
    pc.onnegotiationneeded = () => this.#needed();
    pc.onicecandidate = ({ candidate }) => this.#found(candidate);
    pc.onconnectionstatechange = () => this.#changed();
    pc.ontrack = ({ track }) => {
      for (const old of this.stream.getTracks()) if (old.kind === track.kind) this.stream.removeTrack(old);
      this.stream.addTrack(track);
      this.dispatchEvent(new Event('track'));
    };
    this.#watch();
    for (const kind of ['audio', 'video']) {
      const track = local.getTracks().find((one) => one.kind === kind);
      // Who has no camera still wants to see the other.
      if (track) pc.addTrack(track, local);
      else pc.addTransceiver(kind, { direction: 'recvonly' });
    }
  }

  get state() {
    return this.#pc.connectionState;
  }

  /** Takes a signal of the other side; one after the other, as they came. */
  receive(message) {
    this.#queue = this.#queue.then(() => this.#take(message)).catch((error) => this.#failed(error));
  }

  restartIce() {
    this.#pc.restartIce();
  }

  setIceServers(iceServers) {
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers });
  }

  /** Sends another camera or microphone from now on. */
  async replaceTrack(track) {
    const sender = this.#pc.getSenders().find((one) => one.track?.kind === track.kind);
    if (sender) await sender.replaceTrack(track);
  }

  /** Call quality since the link began, in the words of the protocol's `stats`. */
  async quality() {
    const report = await this.#pc.getStats();
    const all = [...report.values()];
    const pair = all.find(
      (one) => one.type === 'candidate-pair' && one.nominated && one.state === 'succeeded',
    );
    const video = all.find((one) => one.type === 'inbound-rtp' && one.kind === 'video');
    const quality = {};
    const set = (name, value) => {
      if (Number.isFinite(value)) quality[name] = value;
    };
    if (pair) {
      const type = report.get(pair.localCandidateId)?.candidateType;
      if (type) quality.candidate_type = type;
      set('round_trip_ms', Math.round(pair.currentRoundTripTime * 1000));
      set('bitrate_out_kbps', Math.round(pair.availableOutgoingBitrate / 1000));
    }
    if (video) {
      const expected = video.packetsReceived + video.packetsLost;
      if (expected > 0) set('packet_loss', Math.min(1, Math.max(0, video.packetsLost / expected)));
      set('jitter_ms', Math.round(video.jitter * 1000));
      set('frames_per_second', video.framesPerSecond);
      set('frames_decoded', video.framesDecoded);
      set('freeze_count', video.freezeCount);
    }
    return quality;
  }

  close() {
    clearTimeout(this.#batchTimer);
    clearTimeout(this.#restartTimer);
    clearTimeout(this.#firstOfferTimer);
    this.#pc.onconnectionstatechange = null;
    this.#pc.onicecandidate = null;
    this.#pc.onnegotiationneeded = null;
    this.#pc.close();
  }

  #needed() {
    if (!this.#polite || this.#pc.remoteDescription) {
      void this.#offer();
      return;
    }
    clearTimeout(this.#firstOfferTimer);
    this.#firstOfferTimer = setTimeout(() => {
      if (!this.#pc.remoteDescription) void this.#offer();
    }, FIRST_OFFER_AFTER_MS);
  }

  async #offer() {
    try {
      this.#makingOffer = true;
      await this.#pc.setLocalDescription();
      this.#describe();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #take(message) {
    const pc = this.#pc;
    switch (message.type) {
      case 'offer':
      case 'answer': {
        const stable = pc.signalingState === 'stable' || this.#settingRemoteAnswer;
        const collision = message.type === 'offer' && (this.#makingOffer || !stable);
        this.#ignoreOffer = !this.#polite && collision;
        if (this.#ignoreOffer) return;
        this.#settingRemoteAnswer = message.type === 'answer';
        await pc.setRemoteDescription({ type: message.type, sdp: message.sdp }).finally(() => {
          this.#settingRemoteAnswer = false;
        });
        if (message.type === 'answer') return;
        await pc.setLocalDescription();
        this.#describe();
        return;
      }
      case 'candidate':
        return this.#add([message.candidate]);
      case 'candidates':
        return this.#add(message.candidates);
      case 'end-of-candidates':
        return this.#add([null]);
      case 'restart-ice':
        pc.restartIce();
    }
  }

  async #add(candidates) {
    for (const candidate of candidates) {
      try {
        await this.#pc.addIceCandidate(candidate ?? undefined);
      } catch (error) {
        if (!this.#ignoreOffer) throw error;
      }
    }
  }

  #describe() {
    const { type, sdp } = this.#pc.localDescription;
    this.#flush();
    this.#send({ type, sdp });
  }

  #found(candidate) {
    if (candidate?.candidate) {
      this.#candidates.push(candidate.toJSON());
      if (this.#candidates.length >= MAX_BATCH) this.#flush();
      this.#batchTimer ??= setTimeout(() => this.#flush(), CANDIDATE_BATCH_MS);
    } else if (!candidate) {
      this.#flush();
      this.#send({ type: 'end-of-candidates' });
    }
  }

  #flush() {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = null;
    const candidates = this.#candidates.splice(0);
    if (candidates.length > 0) this.#send({ type: 'candidates', candidates });
  }

  #changed() {
    this.#watch();
    this.dispatchEvent(new Event('state'));
  }

  #watch() {
    clearTimeout(this.#restartTimer);
    const after = RESTART_AFTER_MS[this.#pc.connectionState];
    if (after === undefined) return;
    this.#restartTimer = setTimeout(() => {
      this.restartIce();
      this.#watch();
    }, after);
  }

  #failed(error) {
    if (this.#pc.signalingState !== 'closed')
      this.dispatchEvent(new CustomEvent('problem', { detail: error }));
  }
}
