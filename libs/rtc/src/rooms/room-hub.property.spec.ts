import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { newId } from '#kernel';
import { openRealtimeBus } from '#platform';
import type { PeerSession } from './peer-session.ts';
import { Deployment, FakeConnection, type Frame, settle } from './room-hub.fixture.ts';
import type { RoomHub } from './room-hub.ts';

type Side = 'doctor' | 'patient';

/** What can happen to one side of a call. */
type Step =
  | { kind: 'say'; side: Side; arrives: boolean }
  /** The socket breaks; of the frames on their way to the client, the last `unread` are lost. */
  | { kind: 'drop'; side: Side; unread: number; noticed: boolean }
  | { kind: 'resume'; side: Side; process: number };

const side = fc.constantFrom<Side>('doctor', 'patient');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('say'), side, arrives: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('drop'),
      side,
      unread: fc.nat(4),
      noticed: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resume'), side, process: fc.nat(1) }) },
);

/** A client as docs/rtc-protocol.md describes it: keeps what it said until the server is known to have it. */
class Client {
  readonly heard: string[] = [];
  readonly said: string[] = [];
  connected = true;
  private connection = new FakeConnection();
  private session!: PeerSession;
  private hub!: RoomHub;
  private resumeId = '';
  private lastSeq = 0;

  constructor(
    private readonly deployment: Deployment,
    private readonly role: Side,
  ) {}

  async join(hub: RoomHub, until: Until): Promise<void> {
    this.hub = hub;
    this.session = hub.attach(this.connection, this.deployment.admission(this.role));
    await until(() => this.connection.frames.length > 0);
    this.read(0);
  }

  /** @param arrives whether the server gets it; a socket may break with messages on their way. */
  say(arrives: boolean): void {
    this.said.push(`${this.role} ${this.said.length + 1}`);
    if (!this.connected) return;
    if (arrives) this.send(this.said.length);
    else this.drop(0, true);
  }

  drop(unread: number, noticed: boolean): void {
    if (!this.connected) return;
    this.read(unread);
    this.connected = false;
    if (noticed) this.hub.dropped(this.session);
  }

  async resume(hub: RoomHub, until: Until): Promise<void> {
    if (this.connected) this.drop(0, false);
    this.hub = hub;
    this.connection = new FakeConnection();
    this.session = hub.resume(this.connection, this.deployment.room.roomId, this.resumeId, this.lastSeq);
    await until(() => this.connection.frames.length > 0);
    const [welcome] = this.connection.frames;
    expect(welcome?.type).toBe('welcome');
    this.connected = true;
    for (let id = (welcome?.received_id as number) + 1; id <= this.said.length; id++) this.send(id);
  }

  /** How many chat messages have come, whether or not they were read. */
  get received(): number {
    return this.heard.length + this.connection.frames.filter(({ type }) => type === 'chat').length;
  }

  read(unread: number): void {
    const { frames } = this.connection;
    for (const frame of frames.splice(0, Math.max(1, frames.length - unread))) this.take(frame);
    frames.length = 0;
  }

  private take(frame: Frame): void {
    if (frame.type === 'welcome') this.resumeId = frame.resume_id as string;
    if (frame.seq === undefined) return;
    if (frame.type !== 'welcome') expect(frame.seq).toBeGreaterThan(this.lastSeq);
    this.lastSeq = frame.seq as number;
    if (frame.type === 'chat') this.heard.push(frame.text as string);
  }

  private send(id: number): void {
    this.hub.receive(this.session, JSON.stringify({ type: 'chat', id, text: this.said[id - 1] }));
  }
}

/** Waits for a fact; gives up in time for the assertion after it to say what is missing. */
type Until = (fact: () => boolean) => Promise<void>;

const PATIENCE_MS = 10_000;

const untilAfter =
  (pause: () => Promise<void>): Until =>
  async (fact) => {
    const deadline = Date.now() + PATIENCE_MS;
    do await pause();
    while (!fact() && Date.now() < deadline);
  };

async function play(deployment: Deployment, steps: readonly Step[], until: Until): Promise<void> {
  const hubs = [deployment.hub, deployment.openProcess()] as const;
  const clients = {
    doctor: new Client(deployment, 'doctor'),
    patient: new Client(deployment, 'patient'),
  };
  await clients.doctor.join(hubs[0], until);
  await clients.patient.join(hubs[1], until);
  for (const step of steps) {
    const client = clients[step.side];
    if (step.kind === 'say') client.say(step.arrives);
    else if (step.kind === 'drop') client.drop(step.unread, step.noticed);
    else await client.resume(hubs[step.process] as RoomHub, until);
  }
  for (const client of Object.values(clients)) await client.resume(hubs[0], until);
  const { doctor, patient } = clients;
  await until(() => doctor.received >= patient.said.length && patient.received >= doctor.said.length);
  for (const client of Object.values(clients)) client.read(0);
  expect(clients.patient.heard).toEqual(clients.doctor.said);
  expect(clients.doctor.heard).toEqual(clients.patient.said);
  expect(deployment.failures).toEqual([]);
}

describe('RoomHub: any history of lost connections', () => {
  it('brings everything to the other side, in order, once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) =>
        play(new Deployment('active'), steps, untilAfter(settle)),
      ),
      { numRuns: 200 },
    );
  });

  const url = process.env.REDIS_URL;
  it('does so over Redis', { skip: url ? false : 'REDIS_URL is not set' }, async () => {
    const bus = await openRealtimeBus(url, () => {}, `test-${newId()}`);
    // One turn of the event loop, in which what Redis answered is taken in.
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), (steps) =>
          play(new Deployment('active', {}, bus), steps, untilAfter(turn)),
        ),
        { numRuns: 20 },
      );
    } finally {
      await bus.close();
    }
  });
});
