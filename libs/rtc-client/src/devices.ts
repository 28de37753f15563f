import { Emitter } from './emitter.ts';

export type DeviceKind = 'audio' | 'video';

/** What became of opening a camera or a microphone. */
export type DeviceState = 'ok' | 'denied' | 'missing' | 'failed';

/** A device that could be chosen. */
export interface DeviceChoice {
  readonly id: string;
  /** As the browser names it; empty before it may. */
  readonly label: string;
  readonly isSelected: boolean;
}

const VIDEO: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
};

const STATE_OF_ERROR: Readonly<Record<string, DeviceState>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
};

/** Camera and microphone: which there are, which are in use, and how loud it is. */
export class Devices extends Emitter<{ changed: MediaStreamTrack }> {
  /** What is sent; it stays the same object when a device is changed. */
  readonly stream = new MediaStream();
  #states: Record<DeviceKind, DeviceState> = { audio: 'failed', video: 'failed' };
  #audio: AudioContext | null = null;
  #meterTimer: ReturnType<typeof setInterval> | undefined;

  stateOf(kind: DeviceKind): DeviceState {
    return this.#states[kind];
  }

  /** Opens a camera and a microphone. One that cannot be had is left out and told by {@link stateOf}. */
  async open(): Promise<void> {
    // Asked for together first, so that the browser asks the person once.
    if (await this.#get({ audio: true, video: VIDEO })) return;
    await this.#get({ audio: true });
    await this.#get({ video: VIDEO });
  }

  track(kind: DeviceKind): MediaStreamTrack | null {
    return this.stream.getTracks().find((track) => track.kind === kind) ?? null;
  }

  async list(kind: DeviceKind): Promise<DeviceChoice[]> {
    const devices = (await mediaDevices()?.enumerateDevices()) ?? [];
    return devices
      .filter((device) => device.kind === `${kind}input` && device.deviceId)
      .map(({ deviceId: id, label }) => ({
        id,
        label,
        isSelected: this.track(kind)?.getSettings().deviceId === id,
      }));
  }

  /** Changes to another device, and tells it by `changed`. @returns whether it could be opened */
  async choose(kind: DeviceKind, deviceId: string): Promise<boolean> {
    const wanted = { deviceId: { exact: deviceId }, ...(kind === 'video' ? VIDEO : {}) };
    const isEnabled = this.track(kind)?.enabled ?? true;
    if (!(await this.#get({ [kind]: wanted }))) return false;
    const track = this.track(kind);
    if (!track) return false;
    track.enabled = isEnabled;
    this.emit('changed', track);
    return true;
  }

  enable(kind: DeviceKind, isEnabled: boolean): void {
    const track = this.track(kind);
    if (track) track.enabled = isEnabled;
  }

  isEnabled(kind: DeviceKind): boolean {
    return this.track(kind)?.enabled ?? false;
  }

  /** Calls back with the loudness from 0 to 1 until {@link stopMeter}. */
  startMeter(show: (level: number) => void): void {
    this.stopMeter();
    const track = this.track('audio');
    if (!track) return;
    this.#audio ??= new AudioContext();
    void this.#audio.resume();
    const analyser = this.#audio.createAnalyser();
    analyser.fftSize = 512;
    this.#audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#meterTimer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      show(Math.min(1, Math.sqrt(power) * 4));
    }, 80);
  }

  stopMeter(): void {
    clearInterval(this.#meterTimer);
  }

  close(): void {
    this.stopMeter();
    for (const track of this.stream.getTracks()) {
      track.stop();
      this.stream.removeTrack(track);
    }
  }

  async #get(wanted: MediaStreamConstraints): Promise<boolean> {
    const kinds = (['audio', 'video'] as const).filter((kind) => wanted[kind]);
    try {
      const devices = mediaDevices();
      // Browsers offer devices to pages that came over https only.
      if (!devices) throw new DOMException('No secure context', 'SecurityError');
      for (const track of (await devices.getUserMedia(wanted)).getTracks()) this.#replace(track);
      for (const kind of kinds) this.#states[kind] = 'ok';
      return true;
    } catch (error) {
      for (const kind of kinds) this.#states[kind] = STATE_OF_ERROR[(error as Error).name] ?? 'failed';
      return false;
    }
  }

  #replace(track: MediaStreamTrack): void {
    for (const old of this.stream.getTracks()) {
      if (old.kind !== track.kind) continue;
      old.stop();
      this.stream.removeTrack(old);
    }
    this.stream.addTrack(track);
  }
}

/** The type says that it is always there; pages over plain http have none. */
function mediaDevices(): MediaDevices | undefined {
  return navigator.mediaDevices;
}
