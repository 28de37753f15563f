import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
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
import { descendants, untilGone } from './support/processes.ts';
import { ServerProcess } from './support/server.ts';

/** Above this a chat would feel stuck. The machine of a test may have few cores, shared with the attacker. */
const STEADY_MS = 1_000;
const IDLE_SOCKETS = 2_000;
const PROTOCOL_ERROR = 1002;

describe('a server under attack', () => {
  let server: ServerProcess;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    server = await ServerProcess.start({ ALLOWED_ORIGINS: 'https://app.example.org' });
    doctor = await registerDoctor(server.app, await registerAdmin(server.app));
    patient = await register(server.app);
  });
  after(async () => {
    const started = descendants();
    await server.close();
    await untilGone(started);
  });

  let slot = 0;
  async function meeting() {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, slot++);
    const doctors = await RtcPeer.join(doctor, roomId);
    const patients = await RtcPeer.join(patient, roomId);
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    await Promise.all([doctors.next('admitted'), patients.next('admitted')]);
    return { roomId, doctors, patients, url: doctors.url };
  }

  /** Two people of another room talk while `attack` goes on, and do not notice. */
  async function undisturbed(attack: () => Promise<void>): Promise<void> {
    const { doctors, patients } = await meeting();
    const delays: number[] = [];
    const state = { isOver: false };
    const attacked = attack().finally(() => {
      state.isOver = true;
    });
    for (let id = 1; !state.isOver || id <= 20; id += 1) {
      const said = performance.now();
      doctors.say({ type: 'chat', id, text: `${id}` });
      expect((await patients.next('chat')).text).toBe(`${id}`);
      delays.push(performance.now() - said);
    }
    await attacked;
    const p99 = delays.toSorted((a, b) => a - b)[Math.floor(delays.length * 0.99)] ?? 0;
    expect(p99).toBeLessThan(STEADY_MS);
  }

  /** A socket that says what a WebSocket client would, and answers nothing that it does not choose to. */
  async function rawSocket(url: string, extra = ''): Promise<{ socket: Socket; head: string }> {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        `Sec-WebSocket-Protocol: televisit.v1\r\n${extra}\r\n`,
    );
    const [head] = await once(socket, 'data');
    return { socket, head: String(head) };
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
    socket.destroyed ? Promise.resolve() : once(socket.resume(), 'close').then(() => undefined);

  it('closes on a frame of 2 MiB, whole or announced, and lets its sender come back', async () => {
    await undisturbed(async () => {
      const { patients, url } = await meeting();
      patients.sayRaw('x'.repeat(2 * 1024 * 1024));
      expect((await patients.closed).code).toBe(1009);
      expect((await RtcPeer.resume(url, patients)).welcome.resumed).toBe(true);
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

  it('slows a flood down and ends it', async () => {
    await undisturbed(async () => {
      const { doctors, patients } = await meeting();
      for (let n = 0; n < 5_000; n += 1) patients.say({ type: 'chat', text: 'spam' });
      expect(await patients.closed).toEqual({ code: 4429, reason: 'rate_limited' });
      expect(doctors.all('chat').length).toBeLessThan(1_000);
      const garbage = await RtcPeer.resume(patients.url, patients);
      for (let n = 0; n < 250; n += 1) garbage.sayRaw(randomBytes(50).toString('base64'));
      expect(await garbage.closed).toEqual({ code: 4400, reason: 'bad_message' });
    });
  });

  it('is not entered by guessing, nor with what was used or is for another room', async () => {
    const { doctors, url, roomId } = await meeting();
    const elsewhere = await meeting();
    await undisturbed(async () => {
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

  it('sends thousands away who connect and say nothing', async () => {
    const { url } = await meeting();
    await undisturbed(async () => {
      const sockets: Socket[] = [];
      for (let batch = 0; batch < IDLE_SOCKETS / 100; batch += 1) {
        const opened = await Promise.all(Array.from({ length: 100 }, () => rawSocket(url)));
        sockets.push(...opened.map(({ socket }) => socket));
      }
      await Promise.all(sockets.map(closed));
    });
  });

  it('drops who never finishes asking, and who does not answer pings, within a minute or so', async () => {
    const { roomId, url, doctors } = await meeting();
    const slow = connect(Number(new URL(url).port), '127.0.0.1');
    slow.on('error', () => undefined);
    slow.write('GET /ws/rtc/ HTTP/1.1\r\n');
    const drip = setInterval(() => slow.write('X-A: b\r\n'), 1_000);
    const { token } = await grantFor(patient, roomId);
    const { socket: halfOpen } = await rawSocket(url, `Sec-WebSocket-Protocol: token.${token}\r\n`);
    await doctors.next('participant-joined');
    const began = performance.now();
    await Promise.all([closed(slow), closed(halfOpen)]);
    clearInterval(drip);
    expect(performance.now() - began).toBeLessThan(70_000);
    await eventually(
      () => doctors.all('presence').at(-1)?.participant.state === 'reconnecting',
      'the doctor is told',
    );
  });
});
