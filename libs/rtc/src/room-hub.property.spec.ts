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

  async join(hub: RoomHub, rest: () => Promise<void>): Promise<void> {
    this.hub = hub;
    this.session = hub.attach(this.connection, this.deployment.admission(this.role));
    await rest();
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

  async resume(hub: RoomHub, rest: () => Promise<void>): Promise<void> {
    if (this.connected) this.drop(0, false);
    this.hub = hub;
    this.connection = new FakeConnection();
    this.session = hub.resume(this.connection, this.deployment.room.roomId, this.resumeId, this.lastSeq);
    await rest();
    const [welcome] = this.connection.frames;
    expect(welcome?.type).toBe('welcome');
    this.connected = true;
    for (let id = (welcome?.received_id as number) + 1; id <= this.said.length; id++) this.send(id);
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

async function play(
  deployment: Deployment,
  steps: readonly Step[],
  rest: () => Promise<void>,
): Promise<void> {
  const hubs = [deployment.hub, deployment.openProcess()] as const;
  const clients = {
    doctor: new Client(deployment, 'doctor'),
    patient: new Client(deployment, 'patient'),
  };
  await clients.doctor.join(hubs[0], rest);
  await clients.patient.join(hubs[1], rest);
  for (const step of steps) {
    const client = clients[step.side];
    if (step.kind === 'say') client.say(step.arrives);
    else if (step.kind === 'drop') client.drop(step.unread, step.noticed);
    else await client.resume(hubs[step.process] as RoomHub, rest);
  }
  await rest();
  for (const client of Object.values(clients)) await client.resume(hubs[0], rest);
  await rest();
  for (const client of Object.values(clients)) client.read(0);
  expect(clients.patient.heard).toEqual(clients.doctor.said);
  expect(clients.doctor.heard).toEqual(clients.patient.said);
  expect(deployment.failures).toEqual([]);
}

describe('RoomHub: any history of lost connections', () => {
  it('brings everything to the other side, in order, once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) =>
        play(new Deployment('active'), steps, settle),
      ),
      { numRuns: 200 },
    );
  });

  const url = process.env.REDIS_URL;
  it('does so over Redis', { skip: url ? false : 'REDIS_URL is not set' }, async () => {
    const bus = await openRealtimeBus(url, () => {}, `test-${newId()}`);
    const rest = () => new Promise<void>((resolve) => setTimeout(resolve, 15));
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), (steps) =>
          play(new Deployment('active', {}, bus), steps, rest),
        ),
        { numRuns: 20 },
      );
    } finally {
      await bus.close();
    }
  });
});
