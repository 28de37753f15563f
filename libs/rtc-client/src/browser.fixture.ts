import { Emitter } from './emitter.ts';
import type { CallQuality, Said, Welcome } from './protocol.ts';
import type { RtcClient, RtcClientEvents } from './rtc-client.ts';

/** As much of a browser's media as {@link PeerLink} touches, remembering what was asked of it. */
export class FakePeerConnection {
  static made: FakePeerConnection[] = [];
  connectionState: RTCPeerConnectionState = 'new';
  signalingState: RTCSignalingState = 'stable';
  localDescription: { type: 'offer' | 'answer'; sdp: string } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  restarts = 0;
  candidates: unknown[] = [];
  stats = new Map<string, object>();
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: { track: MediaStreamTrack }) => void) | null = null;

  constructor(public configuration: RTCConfiguration) {
    FakePeerConnection.made.push(this);
  }

  getConfiguration(): RTCConfiguration {
    return this.configuration;
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configuration = configuration;
  }

  addTrack(): void {}
  addTransceiver(): void {}

  getSenders(): [] {
    return [];
  }

  restartIce(): void {
    this.restarts += 1;
  }

  async setLocalDescription(): Promise<void> {
    const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
    this.localDescription = { type, sdp: `${type} of this side` };
    this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
  }

  async setRemoteDescription(description: { type: string; sdp: string }): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
  }

  async addIceCandidate(candidate: unknown): Promise<void> {
    if (!this.remoteDescription) throw new Error('There is no remote description.');
    this.candidates.push(candidate);
  }

  async getStats() {
    return this.stats;
  }

  close(): void {
    this.connectionState = 'closed';
    this.signalingState = 'closed';
  }

  /** Changes the state as the network would. */
  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

export class FakeMediaStream {
  getTracks(): [] {
    return [];
  }
}

/** A client that is told what it hears, and remembers what it is given to say. */
export class FakeClient extends Emitter<RtcClientEvents> {
  readonly said: Said[] = [];
  readonly reports: CallQuality[] = [];
  session: Welcome | null = null;

  hear<Name extends keyof RtcClientEvents>(event: Name, detail: RtcClientEvents[Name]): void {
    if (event === 'welcome') this.session = detail as Welcome;
    this.emit(event, detail);
  }

  send(said: Said): void {
    this.said.push(said);
  }

  report(quality: CallQuality): void {
    this.reports.push(quality);
  }

  asClient(): RtcClient {
    return this as unknown as RtcClient;
  }
}
