import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'expect';
import { eventually } from '../support/eventually.ts';
import {
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../support/people.ts';
import { grantFor, RtcPeer } from '../support/rtc-peer.ts';
import { visitWithRoom } from '../support/visits.ts';
import { descendants, mostOpenFiles, untilGone } from './support/processes.ts';
import { QuietRoom } from './support/quiet-room.ts';
import { ServerProcess } from './support/server.ts';
import { TcpProxy } from './support/tcp-proxy.ts';

/** A quiet room is measured for so long before an attack, and at least so long while it goes on. */
const MEASURE_MS = 2_000;
/** How much later than before it the slowest hundredth of messages may come during an attack … */
const STEADY_FACTOR = 3;
/** … and what nobody notices in a chat. The machine of a test may have two cores, and others on them. */
const UNNOTICED_MS = 250;
/** Both ends of each are open files, one here and one at the server. Some are left for everything else. */
const IDLE_SOCKETS = Math.min(10_000, mostOpenFiles() - 1_000);
const ATTACKERS_NICENESS = 5;
/** How many of them do the same at once: fewer than an operating system lets wait at a door. */
const BATCH = 200;
const SLOW_ASKERS = 500;
const PROTOCOL_ERROR = 1002;

describe('a server under attack', () => {
  let server: ServerProcess;
  let doctor: DoctorPerson;
  let patient: Person;
  let quiet: QuietRoom;
  let slot = 0;

  before(async () => {
    server = await ServerProcess.start({ ALLOWED_ORIGINS: 'https://app.example.org' });
    doctor = await registerDoctor(server.app, await registerAdmin(server.app));
    patient = await register(server.app);
    const { roomId } = await visitWithRoom(server.app, patient, doctor, slot++);
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    const lineOf = async (person: Person) => {
      const { token, websocket_url: url } = await grantFor(person, roomId);
      return { token, url };
    };
    quiet = await QuietRoom.open([await lineOf(doctor), await lineOf(patient)]);
    // The attacker, who is on this machine only for the test, takes the processors that the others leave.
    setPriority(ATTACKERS_NICENESS);
  });
  after(async () => {
    const started = descendants();
    quiet.close();
    await server.close();
    await untilGone(started);
  });

  async function meeting() {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, slot++);
    const doctors = await RtcPeer.join(doctor, roomId);
    const patients = await RtcPeer.join(patient, roomId);
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    await Promise.all([doctors.next('admitted'), patients.next('admitted')]);
    return { roomId, doctors, patients, url: doctors.url };
  }

  /** Somebody who was invited to the room and let into the call. */
  async function guest(roomId: string): Promise<RtcPeer> {
    const made = await doctor.client.post(`/api/rtc/rooms/${roomId}/guests/`, {
      kind: 'carer',
      display_name: 'Kim',
    });
    const { token, guest } = made.body.data;
    const { key } = (await server.app.client().post('/api/rtc/guests/redeem/', { token })).body.data;
    const grant = (await server.app.client().post('/api/rtc/guests/join/', { key })).body.data;
    const peer = await RtcPeer.connect(grant.websocket_url, { token: grant.token });
    await peer.next('welcome');
    await doctor.client.post(`/api/rtc/rooms/${roomId}/admit/`, { participant_id: guest.id });
    await peer.next('admitted');
    return peer;
  }

  /** Two people of another room talk while `attack` goes on, and do not notice. */
  async function undisturbed(test: TestContext, attack: () => Promise<void>): Promise<void> {
    await quiet.delays();
    await pause(MEASURE_MS);
    const calm = await quiet.delays();
    await Promise.all([attack(), pause(MEASURE_MS)]);
    const attacked = await quiet.delays();
    const told = [calm, attacked].map(
      ({ p50, p99, count }) => `${p50.toFixed(1)}/${p99.toFixed(1)} (${count})`,
    );
    test.diagnostic(`a quiet room, p50/p99 in ms (messages): ${told.join(' before, ')} during the attack`);
    expect(attacked.p99).toBeLessThanOrEqual(Math.max(STEADY_FACTOR * calm.p99, UNNOTICED_MS));
  }

  /** A socket that says what a WebSocket client would, and answers nothing that it does not choose to. */
  async function rawSocket(url: string, extra = ''): Promise<{ socket: Socket; head: string }> {
    const socket = await silentSocket(url);
    return { socket, head: await upgrade(socket, url, extra) };
  }

  async function silentSocket(url: string): Promise<Socket> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  /** @returns the server's answer to the handshake */
  async function upgrade(socket: Socket, url: string, extra = ''): Promise<string> {
    const { hostname, port, pathname } = new URL(url);
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        `Sec-WebSocket-Protocol: televisit.v1\r\n${extra}\r\n`,
    );
    const [head] = await once(socket, 'data');
    return String(head);
  }

  /** A masked frame, as clients send them. @param first the first byte: FIN, RSV and opcode */
  function frame(first: number, payload: Buffer): Buffer {
    const length = Buffer.alloc(payload.length < 126 ? 2 : 10);
    length[0] = first;
    if (payload.length < 126) length[1] = 0x80 | payload.length;
    else {
      length[1] = 0x80 | 127;
      length.writeBigUInt64BE(BigInt(payload.length), 2);
    }
    return Buffer.concat([length, Buffer.alloc(4), payload]);
  }

  const closed = (socket: Socket) =>
    new Promise<void>((resolve) => {
      if (socket.closed) resolve();
      else socket.resume().once('close', () => resolve());
    });

  it('closes on a frame of 2 MiB, whole or announced, and lets its sender come back', async (test) => {
    const { patients, url } = await meeting();
    await undisturbed(test, async () => {
      let sender = patients;
      for (let count = 0; count < 20; count += 1) {
        sender.sayRaw('x'.repeat(2 * 1024 * 1024));
        expect((await sender.closed).code).toBe(1009);
        sender = await RtcPeer.resume(url, patients);
        expect(sender.welcome.resumed).toBe(true);
      }
      const { socket } = await rawSocket(url);
      // It promises a petabyte and sends nothing of it: nothing is allocated for it.
      socket.write(Buffer.concat([Buffer.from([0x81, 0xff]), Buffer.from('0004000000000000', 'hex')]));
      await closed(socket);
    });
  });

  it('offers no compression, and takes a compressed frame for what it is', async () => {
    const { url } = await meeting();
    const { socket, head } = await rawSocket(url, 'Sec-WebSocket-Extensions: permessage-deflate\r\n');
    expect(head).toContain('101');
    expect(head.toLowerCase()).not.toContain('sec-websocket-extensions');
    socket.write(frame(0xc1, randomBytes(100)));
    const [answer] = await once(socket, 'data');
    expect((answer as Buffer).readUInt16BE(2)).toBe(PROTOCOL_ERROR);
    await closed(socket);
  });

  it('slows a flood down and ends it', async (test) => {
    const { doctors, patients } = await meeting();
    await undisturbed(test, async () => {
      for (let n = 0; n < 5_000; n += 1) patients.say({ type: 'chat', text: 'spam' });
      expect(await patients.closed).toEqual({ code: 4429, reason: 'rate_limited' });
      expect(doctors.all('chat').length).toBeLessThan(1_000);
      const garbage = await RtcPeer.resume(patients.url, patients);
      for (let n = 0; n < 250; n += 1) garbage.sayRaw(randomBytes(50).toString('base64'));
      expect(await garbage.closed).toEqual({ code: 4400, reason: 'bad_message' });
    });
  });

  it('is not entered by guessing, nor with what was used or is for another room', async (test) => {
    const { doctors, url, roomId } = await meeting();
    const elsewhere = await meeting();
    await undisturbed(test, async () => {
      const guess = async (hello: object) => {
        const peer = await RtcPeer.connect(url);
        peer.say({ type: 'hello', ...hello });
        return (await peer.closed).code;
      };
      const random = () => randomBytes(32).toString('base64url');
      const seq = doctors.seq;
      const guesses = Array.from({ length: 200 }, () => guess({ resume_id: random(), seq }));
      expect(new Set(await Promise.all(guesses))).toEqual(new Set([4419]));
      const tokens = Array.from({ length: 100 }, () => guess({ token: random() }));
      expect(new Set(await Promise.all(tokens))).toEqual(new Set([4401]));
      // The secret of one room is none in another.
      expect(await guess({ resume_id: elsewhere.doctors.welcome.resume_id, seq })).toBe(4419);
      const { token } = await grantFor(patient, elsewhere.roomId);
      expect(await guess({ token })).toBe(4401);
      const used = await grantFor(patient, roomId);
      await RtcPeer.connect(url, { token: used.token });
      await expect(RtcPeer.connect(url, { token: used.token })).rejects.toThrow('401');
      await expect(RtcPeer.connect(url, { origin: 'https://evil.example' })).rejects.toThrow('403');
    });
    expect(doctors.all('participant-left')).toEqual([]);
  });

  it('drops who does not read, whose session waits for them; nobody else notices', async (test) => {
    const { roomId, doctors, patients, url } = await meeting();
    const crowd = [doctors, await guest(roomId), await guest(roomId)];
    await patients.heardOut();
    const { token } = await grantFor(patient, roomId);
    // The patient comes from elsewhere, and there nothing is read after the answer to the handshake.
    const { socket } = await rawSocket(url, `Sec-WebSocket-Protocol: token.${token}\r\n`);
    socket.pause();
    expect((await patients.closed).reason).toBe('taken_over');
    const isAway = () => doctors.all('presence').at(-1)?.participant.state === 'reconnecting';
    await undisturbed(test, async () => {
      // Together they may send as much as no socket holds; each stays within what is allowed.
      for (let id = 1; !isAway(); id += 1) {
        for (const peer of crowd) peer.say({ type: 'offer', id, sdp: 'x'.repeat(60_000) });
        await pause(id < 10 ? 0 : 250);
      }
    });
    socket.destroy();
    for (const peer of crowd) {
      await peer.heardOut();
      expect(peer.all('error')).toEqual([]);
    }
    expect(doctors.all('presence').at(-1)?.participant.participant_id).toBe(patient.userId);
  });

  it('lets thousands in who are silent no further, and sends them away', async (test) => {
    const { url, roomId } = await meeting();
    const sockets: Socket[] = [];
    test.diagnostic(`${IDLE_SOCKETS} sockets`);
    await undisturbed(test, async () => {
      while (sockets.length < IDLE_SOCKETS) {
        sockets.push(...(await Promise.all(Array.from({ length: BATCH }, () => silentSocket(url)))));
      }
    });
    expect(sockets.filter(({ closed }) => closed)).toEqual([]);
    // With all of them there the door is open to others.
    (await RtcPeer.join(patient, roomId)).say({ type: 'bye' });
    await undisturbed(test, async () => {
      for (let first = 0; first < sockets.length; first += BATCH) {
        await Promise.all(sockets.slice(first, first + BATCH).map((socket) => upgrade(socket, url)));
      }
      await Promise.all(sockets.map(closed));
    });
  });

  it('drops who never finishes asking, and whose network is gone without a word, within a minute or so', async (test) => {
    const { roomId, url, doctors } = await meeting();
    const network = await TcpProxy.start(Number(new URL(url).port));
    const { token } = await grantFor(patient, roomId);
    await RtcPeer.connect(url.replace(/^ws:\/\/[^/]*/, network.url.replace('http', 'ws')), { token });
    await doctors.next('participant-joined');
    await undisturbed(test, async () => {
      network.stall();
      const slow = await Promise.all(Array.from({ length: SLOW_ASKERS }, () => silentSocket(url)));
      for (const socket of slow) socket.write('GET /ws/rtc/ HTTP/1.1\r\n');
      const [silent, ...dripping] = slow;
      const drip = setInterval(() => {
        for (const socket of dripping) socket.write('X-A: b\r\n');
      }, 1_000);
      const began = performance.now();
      await Promise.all(slow.map(closed));
      clearInterval(drip);
      expect(silent?.closed).toBe(true);
      await eventually(
        () => doctors.all('presence').at(-1)?.participant.state === 'reconnecting',
        'the doctor is told',
      );
      expect(performance.now() - began).toBeLessThan(70_000);
    });
    await network.close();
  });
});
