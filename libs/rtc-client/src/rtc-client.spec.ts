import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'expect';
import { type WebSocket as Socket, WebSocketServer } from 'ws';
import { newId, SystemClock } from '#kernel';
import { InProcessBus } from '#platform';
import {
  type Admission,
  hashJoinToken,
  newJoinToken,
  RoomDirectory,
  RoomDoor,
  RoomHub,
  readSubprotocols,
  TurnCredentials,
} from '#rtc';
import { JoinRefused, RtcClient } from './rtc-client.ts';

/** As one that other processes share. */
class SharedBus extends InProcessBus {
  override readonly spansProcesses = true;
}

class Directory extends RoomDirectory {
  readonly tokens = new Map<string, Admission>();
  override async redeemJoinToken(roomId: string, hash: Buffer) {
    const admission = this.tokens.get(hash.toString('hex'));
    this.tokens.delete(hash.toString('hex'));
    return admission?.roomId === roomId ? admission : null;
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

async function until(fact: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!fact()) {
    if (Date.now() > deadline) throw new Error('That did not happen within 5 s.');
    await pause(5);
  }
}

describe('RtcClient over a real socket', () => {
  const clock = new SystemClock();
  const directory = new Directory();
  const sockets = new Set<Socket>();
  const clients: RtcClient[] = [];
  let server: WebSocketServer;
  let hub: RoomHub;
  let joins = 0;

  const newHub = (bus = new InProcessBus()) =>
    new RoomHub({
      bus,
      directory,
      clock,
      turn: new TurnCredentials(null, clock),
      report: (error) => {
        throw error;
      },
    });

  before(async () => {
    hub = newHub();
    server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'televisit.v1' });
    server.on('connection', (socket, request) => {
      sockets.add(socket);
      const offered = readSubprotocols((request.headers['sec-websocket-protocol'] ?? '').split(/, */));
      const roomId = request.url?.split('/')[3] ?? '';
      const token = offered?.token && hashJoinToken(offered.token).toString('hex');
      const admission = (token && directory.tokens.get(token)) || null;
      if (token) directory.tokens.delete(token);
      const door = new RoomDoor(hub, directory, clock, () => {}).open(socket, roomId, admission);
      socket.on('message', (data: Buffer) => door.receive(data.toString()));
      socket.on('close', () => {
        sockets.delete(socket);
        door.closed();
      });
    });
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.leave();
  });
  after(() => server.close());

  /** A client with the texts it heard and the number of sessions it had. */
  function open(roomId: string, userId = newId(), isOnline = () => true) {
    const heard: string[] = [];
    const seen = { sessions: 0, closed: '' };
    /** A socket of a device that may have no network. */
    class DeviceSocket extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(isOnline() ? url : 'ws://127.0.0.1:1/', protocols);
      }
    }
    const client = new RtcClient({
      WebSocket: DeviceSocket,
      join: async () => {
        joins += 1;
        const token = newJoinToken();
        const key = hashJoinToken(token).toString('hex');
        directory.tokens.set(key, {
          roomId,
          participantId: userId,
          displayName: 'Ann',
          role: 'patient',
          admitted: true,
        });
        const { port } = server.address() as AddressInfo;
        return { token, websocket_url: `ws://127.0.0.1:${port}/ws/rtc/${roomId}/` };
      },
    });
    client.on('welcome', () => {
      seen.sessions += 1;
    });
    client.on('message', (message) => {
      if (message.type === 'chat') heard.push(message.text);
    });
    client.on('closed', ({ reason }) => {
      seen.closed = reason;
    });
    clients.push(client);
    client.start();
    return { client, heard, seen, userId };
  }

  async function pair() {
    const roomId = newId();
    const one = open(roomId);
    const two = open(roomId);
    await until(() => one.client.state === 'connected' && two.client.state === 'connected');
    return { roomId, one, two };
  }

  it('loses and repeats nothing when sockets break', async () => {
    const { one, two } = await pair();
    const said: string[] = [];
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 5; n++) {
        said.push(`${round}.${n}`);
        one.client.send({ type: 'chat', text: said.at(-1) ?? '' });
      }
      for (const socket of sockets) socket.terminate();
      await until(() => one.client.state === 'reconnecting');
      said.push(`${round} offline`);
      one.client.send({ type: 'chat', text: said.at(-1) ?? '' });
      await until(() => one.client.state === 'connected' && two.client.state === 'connected');
    }
    await until(() => two.heard.length >= said.length);
    expect(two.heard).toEqual(said);
    expect([one.seen.sessions, two.seen.sessions]).toEqual([1, 1]);
  });

  it('moves to another process while the first one stops, and nobody notices', async () => {
    const bus = new SharedBus();
    const stopping = newHub(bus);
    hub = stopping;
    const { one, two } = await pair();
    const states: string[] = [];
    for (const { client } of [one, two]) client.on('state', (state) => states.push(state));
    hub = newHub(bus);
    const said = Array.from({ length: 60 }, (_, index) => String(index));
    const stopped = stopping.close();
    for (const text of said) {
      one.client.send({ type: 'chat', text });
      await pause(1);
    }
    await stopped;
    await until(() => two.heard.length >= said.length);
    expect(two.heard).toEqual(said);
    expect(states).toEqual([]);
    expect([one.seen.sessions, two.seen.sessions]).toEqual([1, 1]);
  });

  it('starts over when the server has forgotten the session', async () => {
    const { one, two } = await pair();
    const before = joins;
    hub = newHub();
    for (const socket of sockets) socket.close(1012);
    await until(() => one.seen.sessions === 2 && two.seen.sessions === 2);
    expect(joins).toBe(before + 2);
    one.client.send({ type: 'chat', text: 'again' });
    await until(() => two.heard.length === 1);
  });

  it('stops when the visit ends, and when the person is here from elsewhere', async () => {
    const { roomId, one, two } = await pair();
    const again = open(roomId, one.userId);
    await until(() => one.client.state === 'closed');
    expect(one.seen.closed).toBe('taken_over');
    await hub.roomEnded(roomId, 'completed');
    await until(() => two.client.state === 'closed' && again.client.state === 'closed');
    expect([two.seen.closed, again.seen.closed]).toEqual(['room_ended', 'room_ended']);
  });

  it('stays away when the person came from elsewhere while it had no network', async () => {
    const { roomId, one, two } = await pair();
    const before = joins;
    let isOnline = true;
    const laptop = open(roomId, newId(), () => isOnline);
    await until(() => laptop.client.state === 'connected');
    isOnline = false;
    for (const socket of sockets) socket.terminate();
    await until(() => one.client.state === 'connected' && two.client.state === 'connected');
    const phone = open(roomId, laptop.userId);
    await until(() => phone.client.state === 'connected');
    isOnline = true;
    laptop.client.hurry();
    await until(() => laptop.client.state === 'closed');
    expect(laptop.seen.closed).toBe('taken_over');
    expect([phone.client.state, phone.seen.sessions]).toEqual(['connected', 1]);
    expect(joins).toBe(before + 2);
  });

  it('gives up when it may not join', async () => {
    const client = new RtcClient({
      join: async () => {
        throw new JoinRefused('refused', 'No.');
      },
    });
    const closed = new Promise((resolve) => {
      client.on('closed', resolve);
    });
    client.start();
    expect(await closed).toEqual({ reason: 'refused' });
  });
});
