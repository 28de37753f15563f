/** Camera and microphone: which there are, which are in use, and how loud it is. */

const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

const PROBLEMS = {
  NotAllowedError:
    'The browser may not use the camera and microphone. Allow it in the address bar, then try again.',
  NotFoundError: 'No camera or microphone was found. You can still join and see the other person.',
  NotReadableError: 'The camera or microphone is in use by another program.',
};

export class Devices extends EventTarget {
  /** What is sent; it stays the same object when a device is changed. */
  stream = new MediaStream();
  problem = '';

  #audio = null;
  #meterTimer = null;

  /** Opens a camera and a microphone; what cannot be had is left out and told in `problem`. */
  async open() {
    this.problem = '';
    if (!navigator.mediaDevices) {
      this.problem = 'Cameras work only over https. You can still join and see the other person.';
      return;
    }
    try {
      this.#add(await navigator.mediaDevices.getUserMedia({ audio: true, video: VIDEO }));
      return;
    } catch (error) {
      this.problem = PROBLEMS[error.name] ?? 'The camera or microphone could not be opened.';
    }
    for (const wanted of [{ audio: true }, { video: VIDEO }]) {
      await navigator.mediaDevices.getUserMedia(wanted).then(
        (stream) => this.#add(stream),
        () => {},
      );
    }
  }

  track(kind) {
    return this.stream.getTracks().find((track) => track.kind === kind) ?? null;
  }

  /** The devices of a kind, for a select. */
  async list(kind) {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices
      .filter((device) => device.kind === `${kind}input` && device.deviceId)
      .map((device, index) => ({
        id: device.deviceId,
        label: device.label || `${kind === 'video' ? 'Camera' : 'Microphone'} ${index + 1}`,
        selected: this.track(kind)?.getSettings().deviceId === device.deviceId,
      }));
  }

  async choose(kind, deviceId) {
    const wanted = { deviceId: { exact: deviceId }, ...(kind === 'video' ? VIDEO : {}) };
    const stream = await navigator.mediaDevices.getUserMedia({ [kind]: wanted });
    const enabled = this.track(kind)?.enabled ?? true;
    this.#add(stream);
    const track = this.track(kind);
    track.enabled = enabled;
    this.dispatchEvent(new CustomEvent('changed', { detail: track }));
  }

  enable(kind, enabled) {
    const track = this.track(kind);
    if (track) track.enabled = enabled;
  }

  isEnabled(kind) {
    return this.track(kind)?.enabled ?? false;
  }

  /** Calls back with the loudness from 0 to 1 until {@link stopMeter}. */
  startMeter(show) {
    this.stopMeter();
    if (!this.track('audio')) return;
    this.#audio ??= new AudioContext();
    void this.#audio.resume();
    const analyser = this.#audio.createAnalyser();
    analyser.fftSize = 512;
    this.#audio.createMediaStreamSource(new MediaStream([this.track('audio')])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#meterTimer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      show(Math.min(1, Math.sqrt(power) * 4));
    }, 80);
  }

  stopMeter() {
    clearInterval(this.#meterTimer);
  }

  close() {
    this.stopMeter();
    for (const track of this.stream.getTracks()) {
      track.stop();
      this.stream.removeTrack(track);
    }
  }

  #add(stream) {
    for (const track of stream.getTracks()) {
      const old = this.track(track.kind);
      if (old) {
        old.stop();
        this.stream.removeTrack(old);
      }
      this.stream.addTrack(track);
    }
  }
}
