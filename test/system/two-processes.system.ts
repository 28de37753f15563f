import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { Redis } from 'ioredis';
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
import { type Program, startRedis } from './support/programs.ts';
import { type ApiProcess, ServerProcess } from './support/server.ts';
import { TcpProxy } from './support/tcp-proxy.ts';

/** Nest ends the process with the signal that it was sent: 128 + 15, as the shell tells it. */
const EXIT_OF_SIGTERM = 143;

describe('two api processes', () => {
  let redis: Program;
  let server: ServerProcess;
  let other: ApiProcess;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    redis = await startRedis();
    const REDIS_URL = `redis://127.0.0.1:${redis.port}`;
    server = await ServerProcess.start({ REDIS_URL });
    other = await server.another({ REDIS_URL });
    doctor = await registerDoctor(server.app, await registerAdmin(server.app));
    patient = await register(server.app);
  });
  after(async () => {
    const started = descendants();
    await server.close();
    await redis.close();
    await untilGone(started);
  });

  /** The same room at another process. */
  const at = (api: ApiProcess, roomId: string) => `${api.url.replace('http', 'ws')}/ws/rtc/${roomId}/`;

  const texts = (...peers: RtcPeer[]) => peers.flatMap((peer) => peer.all('chat').map(({ text }) => text));
  const said = (who: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `${who} ${from + index}`);

  function say(peer: RtcPeer, who: string, from: number, to: number): void {
    for (let id = from; id <= to; id += 1) peer.say({ type: 'chat', id, text: `${who} ${id}` });
  }

  async function untilHeard(peer: RtcPeer, text: string): Promise<void> {
    for (let heard = ''; heard !== text; ) heard = (await peer.next('chat')).text;
  }

  it('carry one call, and when one is killed its client goes on at the other', async () => {
    const { roomId } = await visitWithRoom(server.app, patient, doctor);
    const doctors = await RtcPeer.join(doctor, roomId);
    const { token } = await grantFor(patient, roomId);
    const patients = await RtcPeer.connect(at(other, roomId), { token });
    expect((await patients.next('welcome')).participants).toMatchObject([{ participant_id: doctor.userId }]);
    await doctors.next('participant-joined');

    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    await Promise.all([doctors.next('admitted'), patients.next('admitted')]);
    doctors.say({ type: 'offer', id: 1, sdp: `v=0\r\n${'a=x\r\n'.repeat(5_000)}` });
    expect((await patients.next('offer')).sdp).toHaveLength(25_005);
    say(doctors, 'doctor', 2, 30);
    say(patients, 'patient', 1, 30);
    await Promise.all([untilHeard(doctors, 'patient 30'), untilHeard(patients, 'doctor 30')]);

    await other.kill();
    await patients.closed;
    // Nobody told the room that the process is gone; what is said meanwhile waits for who comes back.
    say(doctors, 'doctor', 31, 60);
    await doctors.heardOut();
    const back = await RtcPeer.resume(doctors.url, patients);
    expect(back.welcome).toMatchObject({
      resumed: true,
      received_id: 30,
      self: { instance: patients.welcome.self.instance },
    });
    say(back, 'patient', 28, 40);
    say(doctors, 'doctor', 61, 70);
    await Promise.all([untilHeard(back, 'doctor 70'), untilHeard(doctors, 'patient 40')]);
    expect(texts(patients, back)).toEqual(said('doctor', 2, 70));
    expect(texts(doctors)).toEqual(said('patient', 1, 40));
    const numbers = [...patients.heard, ...back.heard.slice(1)].flatMap(({ seq }) => seq ?? []);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));

    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`)).status).toBe(200);
    for (const peer of [doctors, back]) {
      expect(await peer.next('ended')).toMatchObject({ reason: 'completed' });
      expect(await peer.closed).toEqual({ code: 4410, reason: 'room_ended' });
    }
  });

  it('end a visit for both, wherever it is ended, and take over a person who moves', async () => {
    const REDIS_URL = `redis://127.0.0.1:${redis.port}`;
    other = await server.another({ REDIS_URL });
    const { roomId } = await visitWithRoom(server.app, patient, doctor, 1);
    const patients = await RtcPeer.join(patient, roomId);
    const doctors = await RtcPeer.connect(at(other, roomId), await grantFor(doctor, roomId));
    await doctors.next('welcome');
    const moved = await RtcPeer.connect(at(other, roomId), await grantFor(patient, roomId));
    await moved.next('welcome');
    expect(await patients.closed).toEqual({ code: 4409, reason: 'taken_over' });

    const elsewhere = new URL(`/api/rtc/rooms/${roomId}/`, other.url).href;
    expect((await doctor.client.post(`${elsewhere}start/`)).status).toBe(200);
    await Promise.all([doctors.next('admitted'), moved.next('admitted')]);
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`)).status).toBe(200);
    for (const peer of [doctors, moved]) {
      expect(await peer.closed).toEqual({ code: 4410, reason: 'room_ended' });
    }
  });

  it('lose nothing and say nothing twice when one is replaced in mid-call', async () => {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, 3);
    const doctors = await RtcPeer.join(doctor, roomId);
    const { token } = await grantFor(patient, roomId);
    const patients = await RtcPeer.connect(at(other, roomId), { token });
    await patients.next('welcome');
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    await Promise.all([doctors.next('admitted'), patients.next('admitted')]);
    say(patients, 'patient', 1, 20);
    const stopped = other.stop();
    expect(await patients.next('move')).toMatchObject({ within_ms: 4_000 });
    // The old connection still works, and new ones are taken elsewhere only.
    say(patients, 'patient', 21, 40);
    say(doctors, 'doctor', 1, 20);
    await expect(RtcPeer.connect(at(other, roomId))).rejects.toThrow();
    const moved = await RtcPeer.resume(doctors.url, patients);
    say(moved, 'patient', moved.welcome.received_id + 1, 60);
    say(doctors, 'doctor', 21, 40);
    await Promise.all([untilHeard(moved, 'doctor 40'), untilHeard(doctors, 'patient 60')]);
    expect(await patients.closed).toEqual({ code: 1000, reason: 'resumed' });
    expect(await stopped).toBe(EXIT_OF_SIGTERM);
    expect(texts(doctors)).toEqual(said('patient', 1, 60));
    // What still came on the old connection after the hello is ignored by a client, and comes again.
    const heard = [...patients.heard, ...moved.heard.slice(1)].filter(({ type }) => type === 'chat');
    const once = new Map(heard.map(({ seq, text }) => [seq, text]));
    expect([...once].toSorted(([a], [b]) => a - b).map(([, text]) => text)).toEqual(said('doctor', 1, 40));
    expect(texts(moved)).toEqual(said('doctor', 41 - texts(moved).length, 40));
    expect(doctors.all('participant-left')).toEqual([]);
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`)).status).toBe(200);
    other = await server.another({ REDIS_URL: `redis://127.0.0.1:${redis.port}` });
  });

  it('go on when Redis is restarted without its memory in mid-call', async () => {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, 4);
    const doctors = await RtcPeer.join(doctor, roomId);
    const { token } = await grantFor(patient, roomId);
    const patients = await RtcPeer.connect(at(other, roomId), { token });
    await patients.next('welcome');
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    await Promise.all([doctors.next('admitted'), patients.next('admitted')]);
    say(doctors, 'doctor', 1, 20);
    say(patients, 'patient', 1, 20);
    await Promise.all([untilHeard(doctors, 'patient 20'), untilHeard(patients, 'doctor 20')]);

    const { port } = redis;
    await redis.close();
    // What is said while it is away waits.
    say(doctors, 'doctor', 21, 30);
    say(patients, 'patient', 21, 30);
    redis = await startRedis(port);
    await Promise.all([untilHeard(doctors, 'patient 30'), untilHeard(patients, 'doctor 30')]);
    say(doctors, 'doctor', 31, 40);
    await untilHeard(patients, 'doctor 40');
    expect(texts(doctors)).toEqual(said('patient', 1, 30));
    expect(texts(patients)).toEqual(said('doctor', 1, 40));

    // Who is in the room is known anew: a lost connection comes back where it was, or is told to start over.
    const admin = new Redis(port);
    await eventually(
      async () => (await admin.hlen(`televisit:{rtc:${roomId}}:fields`)) === 2,
      'both are known again',
    );
    admin.disconnect();
    await patients.cut();
    await eventually(
      () => doctors.all('presence').at(-1)?.participant.state === 'reconnecting',
      'the doctor is told',
    );
    const back = await RtcPeer.resume(at(other, roomId), patients);
    expect(back.welcome).toMatchObject({ resumed: true, received_id: 30 });
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/end/`)).status).toBe(200);
    for (const peer of [doctors, back]) {
      expect(await peer.closed).toEqual({ code: 4410, reason: 'room_ended' });
    }
  });

  it('end in time also when somebody’s network is gone without a word', async () => {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, 5);
    const network = await TcpProxy.start(Number(new URL(other.url).port));
    const { token } = await grantFor(patient, roomId);
    const url = at(other, roomId).replace(new URL(other.url).host, new URL(network.url).host);
    await (await RtcPeer.connect(url, { token })).next('welcome');
    network.stall();
    expect(await other.stop()).toBe(EXIT_OF_SIGTERM);
    await network.close();
    other = await server.another({ REDIS_URL: `redis://127.0.0.1:${redis.port}` });
  });

  it('end in time also when Redis is gone', async () => {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, 2);
    const { token } = await grantFor(patient, roomId);
    const patients = await RtcPeer.connect(at(other, roomId), { token });
    await patients.next('welcome');
    await redis.close();
    expect(await other.stop()).toBe(EXIT_OF_SIGTERM);
    expect(await patients.closed).toEqual({ code: 1012, reason: 'service_restart' });
  });
});
