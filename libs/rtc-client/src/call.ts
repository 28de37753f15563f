import { Emitter } from './emitter.ts';
import { PeerLink } from './peer-link.ts';
import type {
  Heard,
  MediaState,
  Negotiation,
  Participant,
  Relayed,
  Said,
  Waiting,
  Welcome,
} from './protocol.ts';
import type { RtcClient } from './rtc-client.ts';

const STATS_EVERY_MS = 10_000;
/** After the server could not deliver a signal. */
const SAY_AGAIN_AFTER_MS = 1_000;
const UNKNOWN: MediaState = { audio: true, video: true };

/** Somebody else in the room. */
export interface Other {
  readonly participant: Participant;
  /** What they say they send. */
  readonly media: MediaState;
  /** The media connection; `null` while one of the two waits. */
  readonly link: PeerLink | null;
}

export interface CallEvents {
  /** Who is there, how, or what one waits for. */
  changed: null;
  chat: { readonly from: Participant | null; readonly text: string; readonly at: string };
  /** The visit is over for this person. */
  ended: { readonly reason: string };
  /** Negotiation failed somewhere; it goes on all the same. */
  problem: unknown;
}

/**
 * The call of everybody in a room: one {@link PeerLink} for each of the others who takes part, made when both
 * are in and dropped when one leaves, waits or comes anew. It follows what its client hears.
 */
export class Call extends Emitter<CallEvents> {
  readonly #client: RtcClient;
  readonly #local: MediaStream;
  readonly #others = new Map<string, { -readonly [Key in keyof Other]: Other[Key] }>();
  readonly #stop: (() => void)[];
  readonly #statsTimer: ReturnType<typeof setInterval>;
  #media: MediaState = { audio: false, video: false };
  #isActive = false;
  #waiting: Waiting | null = null;
  #iceServers: Welcome['ice_servers'] = [];

  /** @param local what to send; tracks may be replaced later, see {@link replaceTrack} */
  constructor(client: RtcClient, local: MediaStream) {
    super();
    this.#client = client;
    this.#local = local;
    this.#stop = [
      client.on('welcome', (welcome) => this.#welcomed(welcome)),
      client.on('resumed', ({ ice_servers }) => this.#resumed(ice_servers)),
      client.on('refused', ({ code, said }) => this.#refused(code, said)),
      client.on('message', (message) => this.#heard(message)),
    ];
    this.#statsTimer = setInterval(() => void this.#report(), STATS_EVERY_MS);
  }

  get others(): readonly Other[] {
    return [...this.#others.values()];
  }

  /** Whether the visit is under way for this person. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** The place in the queue, for a patient who waits. */
  get waiting(): Waiting | null {
    return this.#waiting;
  }

  /** Tells the others what one sends from now on. */
  setMedia(media: MediaState): void {
    this.#media = media;
    if (this.#isActive) this.#client.send({ type: 'media-state', ...media });
  }

  /** Sends another camera or microphone to everybody. */
  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    await Promise.all(this.others.flatMap(({ link }) => link?.replaceTrack(track) ?? []));
  }

  /** The network changed: looks for new paths to everybody. */
  restartIce(): void {
    for (const { link } of this.others) link?.restartIce();
  }

  close(): void {
    for (const stop of this.#stop) stop();
    clearInterval(this.#statsTimer);
    for (const id of this.#others.keys()) this.#forget(id);
  }

  #welcomed(welcome: Welcome): void {
    this.#isActive = welcome.room.status === 'active';
    this.#waiting = welcome.waiting;
    this.#iceServers = welcome.ice_servers;
    for (const id of this.#others.keys()) this.#forget(id);
    for (const participant of welcome.participants) this.#meet(participant);
    this.emit('changed', null);
  }

  #heard(message: Heard): void {
    switch (message.type) {
      case 'participant-joined':
      case 'presence':
        this.#meet(message.participant);
        break;
      case 'participant-left':
        if (this.#others.get(message.participant_id)?.participant.instance === message.instance) {
          this.#forget(message.participant_id);
        }
        break;
      case 'admitted':
        this.#admitted(message.participants);
        break;
      case 'returned-to-waiting':
        this.#isActive = false;
        for (const other of this.#others.values()) this.#connect(other);
        break;
      case 'waiting':
        this.#waiting = message;
        break;
      case 'ice-servers':
        this.#renew(message.ice_servers);
        return;
      case 'ended':
        this.emit('ended', { reason: message.reason });
        return;
      case 'chat':
        this.emit('chat', { from: this.#speaker(message), text: message.text, at: message.at });
        return;
      case 'media-state': {
        const { audio, video, screen } = message;
        const other = this.#others.get(message.from);
        if (other) other.media = { audio, video, ...(screen !== undefined && { screen }) };
        break;
      }
      default:
        if ('from' in message) this.#negotiate(message);
        return;
    }
    this.emit('changed', null);
  }

  #speaker({ from }: Relayed): Participant | null {
    return this.#others.get(from)?.participant ?? null;
  }

  #negotiate(message: Relayed & Negotiation): void {
    const link = this.#others.get(message.from)?.link;
    if (link && link.connection === message.connection) link.receive(message);
  }

  #admitted(participants: readonly Participant[] | undefined): void {
    this.#isActive = true;
    this.#waiting = null;
    if (participants) {
      const present = new Set(participants.map(({ participant_id: id }) => id));
      for (const id of this.#others.keys()) if (!present.has(id)) this.#forget(id);
      for (const participant of participants) this.#meet(participant);
    }
    for (const other of this.#others.values()) this.#connect(other);
  }

  /** Another person, the same one anew, or news of them. */
  #meet(participant: Participant): void {
    const id = participant.participant_id;
    let other = this.#others.get(id);
    if (other?.participant.instance !== participant.instance) {
      this.#forget(id);
      other = { participant, media: UNKNOWN, link: null };
      this.#others.set(id, other);
    }
    other.participant = participant;
    this.#connect(other);
  }

  #forget(id: string): void {
    this.#others.get(id)?.link?.close();
    this.#others.delete(id);
  }

  /** Makes or drops the media connection, as it should be now. */
  #connect(other: { participant: Participant; link: PeerLink | null }): void {
    const self = this.#client.session?.self;
    const { participant_id: id, instance, admitted, negotiation_role } = other.participant;
    if (!self || !this.#isActive || !admitted) {
      other.link?.close();
      other.link = null;
      return;
    }
    if (other.link) return;
    const link = new PeerLink({
      // Both sides come to the same name, and a reload of either makes a new one.
      connection: [self.instance, instance].sort().join('.'),
      to: id,
      isPolite: negotiation_role === 'polite',
      iceServers: this.#iceServers,
      local: this.#local,
      send: (message) => this.#client.send(message),
    });
    other.link = link;
    link.on('state', () => this.emit('changed', null));
    link.on('track', () => this.emit('changed', null));
    link.on('problem', (problem) => this.emit('problem', problem));
    this.#client.send({ type: 'media-state', to: id, ...this.#media });
  }

  /** The call itself went on: nothing is to be done but for the next path. */
  #resumed(iceServers: Welcome['ice_servers']): void {
    this.#iceServers = iceServers;
    for (const { link } of this.others) link?.setIceServers(iceServers);
  }

  #renew(iceServers: Welcome['ice_servers']): void {
    this.#iceServers = iceServers;
    for (const { link } of this.others) {
      link?.renewIceServers(iceServers).catch((error: unknown) => this.emit('problem', error));
    }
  }

  /** An offer that got lost would leave both sides waiting for each other. */
  #refused(code: string, said: Said | null): void {
    if (code !== 'unavailable' || !said || !('connection' in said)) return;
    setTimeout(() => {
      const isWanted = this.others.some(({ link }) => link?.connection === said.connection);
      if (isWanted) this.#client.send(said);
    }, SAY_AGAIN_AFTER_MS);
  }

  async #report(): Promise<void> {
    for (const { participant, link } of this.others) {
      if (link?.state !== 'connected') continue;
      const quality = await link.quality();
      this.#client.report({ participant_id: participant.participant_id, ...quality });
    }
  }
}
