import { Clock, newId } from '#kernel';
import { InProcessBus } from '#platform';
import {
  type Admission,
  RoomDirectory,
  RoomDoor,
  RoomHub,
  RTC_LIMITS,
  type RtcLimits,
  TurnCredentials,
  type Visitor,
} from '#rtc';
import { RtcClient } from './rtc-client.ts';

export type Side = 'doctor' | 'patient';

const SIDES = ['doctor', 'patient'] as const;
const OPENING = 0;
const OPEN = 1;
const CLOSED = 3;
/** Longer than a client waits between two tries, or for an answer. */
const LONG_MS = 10_000;

class Directory extends RoomDirectory {
  override async redeemJoinToken() {
    return null;
  }
  override async load() {
    return { status: 'active' as const, endReason: null };
  }
  override async waitingPlace() {
    return null;
  }
  override async participantJoined() {}
  override async participantLeft() {}
  override async recordQuality() {}
}

/** The clock of the tests, which their timers follow. */
class TimersClock extends Clock {
  override now(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(Date.now());
  }
}

/** Lets everything that is under way on an in-process bus finish. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Both ends of one connection, with what is under way between them. */
class Wire {
  readyState = OPENING;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly bufferedAmount = 0;
  #door: Visitor | null = null;
  #isCut = false;
  #up: string[] = [];
  #down: (string | { readonly code: number })[] = [];

  constructor(private readonly openDoor: (wire: Wire['server']) => Visitor) {}

  /** The client's end. */
  send(frame: string): void {
    if (this.readyState === OPEN) this.#up.push(frame);
  }

  close(): void {
    this.readyState = CLOSED;
    this.#loseUp();
  }

  /** The server's end. */
  readonly server = {
    send: (frame: string) => void this.#down.push(frame),
    close: (code: number) => void this.#down.push({ code }),
    terminate: () => this.cut('server'),
    ping: () => {},
    bufferedAmount: 0,
  };

  async carry(frames: number): Promise<void> {
    if (this.#isCut) return;
    if (this.readyState === OPENING) {
      this.#door = this.openDoor(this.server);
      this.readyState = OPEN;
      this.onopen?.();
    }
    for (const frame of this.#up.splice(0, frames)) this.#door?.receive(frame);
    await settle();
    for (const frame of this.#down.splice(0, frames)) {
      if (typeof frame === 'string') this.onmessage?.({ data: frame });
      else this.#end(frame.code);
    }
  }

  cut(seenBy: 'both' | 'client' | 'server'): void {
    this.#isCut = true;
    if (seenBy !== 'client') this.#loseUp();
    if (seenBy !== 'server') this.#end(1006);
  }

  get isIdle(): boolean {
    return this.#isCut || (this.#up.length === 0 && this.#down.length === 0);
  }

  #end(code: number): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.onclose?.({ code });
    this.#loseUp();
  }

  #loseUp(): void {
    const door = this.#door;
    this.#door = null;
    this.#isCut = true;
    door?.closed();
  }
}

export interface Network {
  readonly clients: Record<Side, RtcClient>;
  /** Texts of the other side, in order. */
  readonly heard: Record<Side, string[]>;
  /** How many sessions each had. */
  readonly sessions: Record<Side, number>;
  carry(side: Side, frames: number): Promise<void>;
  cut(side: Side, seenBy: 'both' | 'client' | 'server'): Promise<void>;
  wait(milliseconds: number): Promise<void>;
  /** Nothing breaks any more, and everything that is under way arrives. */
  heal(): Promise<void>;
  close(): void;
}

/**
 * A doctor and a patient in one room of the real server, with a network between that does what a test says.
 * Both are in when it resolves. @param tick moves the timers
 */
export async function openNetwork(
  tick: (milliseconds: number) => void,
  limits: Partial<RtcLimits> = {},
): Promise<Network> {
  const clock = new TimersClock();
  const directory = new Directory();
  const report = (error: unknown) => {
    throw error;
  };
  const turn = new TurnCredentials(null, clock);
  const hub = new RoomHub({
    bus: new InProcessBus(),
    directory,
    turn,
    clock,
    report,
    limits: { ...RTC_LIMITS, ...limits },
  });
  const doors = new RoomDoor(hub, directory, clock, report);
  const roomId = newId();
  const wires: Partial<Record<Side, Wire>> = {};
  const heard: Record<Side, string[]> = { doctor: [], patient: [] };
  const sessions: Record<Side, number> = { doctor: 0, patient: 0 };

  const clientOf = (side: Side): RtcClient => {
    const admission: Admission = {
      roomId,
      participantId: newId(),
      displayName: side,
      role: side,
      admitted: true,
    };
    class SideSocket extends Wire {
      constructor(_url: string, protocols: string[]) {
        const isNew = protocols.length > 1;
        super((server) => doors.open(server, roomId, isNew ? admission : null));
        wires[side] = this;
      }
    }
    const client = new RtcClient({
      join: async () => ({ token: 'token', websocket_url: 'ws://room.test/' }),
      WebSocket: SideSocket as unknown as new (url: string, protocols: string[]) => WebSocket,
    });
    client.on('welcome', () => {
      sessions[side] += 1;
    });
    client.on('message', (message) => {
      if (message.type === 'chat') heard[side].push(message.text);
    });
    client.start();
    return client;
  };

  const clients = { doctor: clientOf('doctor'), patient: clientOf('patient') };
  const network: Network = {
    clients,
    heard,
    sessions,
    carry: async (side, frames) => {
      await wires[side]?.carry(frames);
      await settle();
    },
    cut: async (side, seenBy) => {
      wires[side]?.cut(seenBy);
      await settle();
    },
    wait: async (milliseconds) => {
      tick(milliseconds);
      await settle();
    },
    heal: async () => {
      const isWell = () =>
        SIDES.every((side) => clients[side].state === 'connected' && wires[side]?.isIdle === true);
      for (let round = 0; round < 20; round += 1) {
        // Who has not noticed yet that the connection is cut finds out by asking.
        for (const side of SIDES) clients[side].hurry();
        await network.wait(LONG_MS / 10);
        for (let turns = 0; turns < 5; turns += 1) {
          for (const side of SIDES) await network.carry(side, 1000);
        }
        if (round > 10 && isWell()) return;
      }
      throw new Error('The two did not come back.');
    },
    close: () => {
      for (const side of SIDES) clients[side].leave();
    },
  };
  await settle();
  for (let turns = 0; turns < 3; turns += 1) {
    for (const side of SIDES) await network.carry(side, 100);
  }
  return network;
}
