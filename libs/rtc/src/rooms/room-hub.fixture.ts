import { expect } from 'expect';
import { Clock, newId } from '#kernel';
import { InProcessBus, type RealtimeBus } from '#platform';
import { TurnCredentials } from '../joining/turn-credentials.ts';
import {
  type CallQuality,
  type RoomRole,
  type RoomStatus,
  relayedMessage,
  serverMessage,
} from '../protocol/protocol.ts';
import { RTC_LIMITS, type RtcLimits } from '../signals/limits.ts';
import type { PeerConnection, PeerSession } from './peer-session.ts';
import { type Admission, RoomDirectory, type WaitingPlace } from './room-directory.ts';
import { RoomHub } from './room-hub.ts';

export class ManualClock extends Clock {
  private instant = Temporal.Instant.from('2026-11-02T10:00:00Z');

  override now(): Temporal.Instant {
    return this.instant;
  }

  pass(milliseconds: number): void {
    this.instant = this.instant.add({ milliseconds });
  }
}

/** A directory with one room, in memory. */
export class OneRoom extends RoomDirectory {
  readonly roomId = newId();
  readonly tokens = new Map<string, Admission>();
  /** What was recorded, in order. */
  readonly told: string[] = [];
  readonly quality: CallQuality[] = [];
  place: WaitingPlace | null = null;

  constructor(public status: RoomStatus) {
    super();
  }

  override async redeemJoinToken(roomId: string, hash: Buffer): Promise<Admission | null> {
    const key = hash.toString('hex');
    const admission = this.tokens.get(key);
    this.tokens.delete(key);
    return admission?.roomId === roomId ? admission : null;
  }

  override async load(roomId: string) {
    return roomId === this.roomId ? { status: this.status, endReason: null } : null;
  }

  override async waitingPlace() {
    return this.place;
  }

  override async participantJoined(admission: Admission): Promise<void> {
    this.told.push(`${admission.displayName} joined`);
  }

  override async participantLeft(_roomId: string, participantId: string): Promise<void> {
    this.told.push(`${participantId} left`);
  }

  override async recordQuality(_roomId: string, _userId: string, quality: CallQuality): Promise<void> {
    this.quality.push(quality);
  }
}

// oxlint-disable-next-line no-explicit-any -- whatever came over the wire
export type Frame = Record<string, any>;

/** A connection that remembers. Every frame is checked against the protocol as it comes. */
export class FakeConnection implements PeerConnection {
  readonly frames: Frame[] = [];
  bufferedAmount = 0;
  pings = 0;
  closed: { code: number; reason: string } | null = null;
  terminated = false;

  send(text: string): void {
    expect(this.closed).toBeNull();
    const frame = JSON.parse(text) as Frame;
    assertProtocol(frame);
    this.frames.push(frame);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  terminate(): void {
    this.terminated = true;
  }

  ping(): void {
    this.pings += 1;
  }

  ofType(type: string): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  types(): string[] {
    return this.frames.map((frame) => frame.type as string);
  }
}

function assertProtocol(frame: Frame): void {
  const told = serverMessage.safeParse(frame);
  if (told.success) return;
  const { seq, at, from, ...message } = frame;
  const relayed = relayedMessage.safeParse(message);
  if (!relayed.success) throw new Error(`Not of the protocol: ${JSON.stringify(frame)}\n${told.error}`);
  expect({ seq, at, from }).toEqual({
    seq: expect.any(Number),
    at: expect.stringMatching(/Z$/),
    from: expect.any(String),
  });
}

/** Lets everything that is under way on an in-process bus finish. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The bus of several processes that a test runs in one. */
export class SharedBus extends InProcessBus {
  override readonly spansProcesses = true;
}

/** One deployment: a bus, a room, and as many processes as a test opens. */
export class Deployment {
  readonly clock = new ManualClock();
  readonly room: OneRoom;
  readonly failures: unknown[] = [];
  readonly hub: RoomHub;

  constructor(
    status: RoomStatus,
    private readonly limits: Partial<RtcLimits> = {},
    readonly bus: RealtimeBus = new InProcessBus(),
  ) {
    this.room = new OneRoom(status);
    this.hub = this.openProcess();
  }

  openProcess(): RoomHub {
    return new RoomHub({
      bus: this.bus,
      directory: this.room,
      clock: this.clock,
      turn: new TurnCredentials(
        { urls: ['stun:turn.test', 'turn:turn.test'], secret: 'secret', ttlSeconds: 3600 },
        this.clock,
      ),
      report: (error) => this.failures.push(error),
      limits: { ...RTC_LIMITS, ...this.limits },
    });
  }

  admission(role: RoomRole, participantId: string = newId()): Admission {
    const displayName = { doctor: 'Dr. Rao', patient: 'Ann', guest: 'Mo' }[role];
    const admitted = role !== 'guest';
    const kind = role === 'guest' ? { guestKind: 'interpreter' as const } : {};
    return { roomId: this.room.roomId, participantId, displayName, role, admitted, ...kind };
  }

  async join(role: RoomRole, { hub = this.hub, userId = newId() } = {}): Promise<Peer> {
    const peer = new Peer(hub, this.admission(role, userId));
    await peer.join();
    return peer;
  }

  /** Lets time pass and the periodic work of these processes run, second by second. */
  async pass(seconds: number, hubs: readonly RoomHub[] = [this.hub]): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.clock.pass(1_000);
      for (const hub of hubs) await hub.tick();
    }
    await settle();
  }
}

/** A client that speaks the protocol through fake connections. */
export class Peer {
  connection = new FakeConnection();
  session!: PeerSession;
  /** Over all connections of this client. */
  readonly heard: Frame[] = [];
  lastSeq = 0;
  private nextId = 1;

  constructor(
    public hub: RoomHub,
    readonly admission: Admission,
  ) {}

  get id(): string {
    return this.admission.participantId;
  }

  async join(): Promise<void> {
    this.connection = new FakeConnection();
    this.session = this.hub.attach(this.connection, this.admission);
    await settle();
  }

  welcome(): Frame {
    const first = this.connection.frames[0];
    expect(first?.type).toBe('welcome');
    return first ?? {};
  }

  say(message: Frame): void {
    this.hub.receive(this.session, JSON.stringify(message));
  }

  /** Says something that is numbered, as a client does that wants to resume. */
  chat(text: string): void {
    this.say({ type: 'chat', id: this.nextId++, text });
  }

  drop(): void {
    this.take();
    this.hub.dropped(this.session);
  }

  async resume(hub: RoomHub = this.hub): Promise<void> {
    this.take();
    const resumeId = this.heard.find((frame) => frame.type === 'welcome')?.resume_id as string;
    this.hub = hub;
    this.connection = new FakeConnection();
    this.session = hub.resume(this.connection, this.admission.roomId, resumeId, this.lastSeq);
    await settle();
  }

  /** Reads what came on the current connection. */
  take(): Frame[] {
    const fresh = this.connection.frames.slice(this.heard.filter((f) => f.on === this.connection).length);
    for (const frame of fresh) {
      if (frame.seq !== undefined) this.lastSeq = frame.seq as number;
      this.heard.push(Object.defineProperty(frame, 'on', { value: this.connection }));
    }
    return fresh;
  }
}
