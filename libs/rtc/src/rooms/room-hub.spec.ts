import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { CLOSE_CODES } from '../protocol/protocol.ts';
import { logOf } from '../signals/signal-log.ts';
import { Deployment, FakeConnection, type Peer, settle } from './room-hub.fixture.ts';

const OFFER = { type: 'offer', sdp: 'v=0\r\n' };

async function callOf(status: 'waiting' | 'active' = 'active', limits = {}) {
  const deployment = new Deployment(status, limits);
  const doctor = await deployment.join('doctor');
  const patient = await deployment.join('patient');
  return { deployment, hub: deployment.hub, doctor, patient };
}

describe('RoomHub: joining', () => {
  it('welcomes with everything a client needs to begin', async () => {
    const { deployment, doctor, patient } = await callOf();
    const welcome = patient.welcome();
    const expiry = Math.floor(deployment.clock.now().epochMilliseconds / 1000) + 3600;
    const username = `${expiry}:${patient.id}`;
    expect(welcome).toMatchObject({
      resumed: false,
      received_id: 0,
      self: { participant_id: patient.id, role: 'patient', display_name: 'Ann' },
      room: { room_id: deployment.room.roomId, status: 'active' },
      participants: [
        { participant_id: doctor.id, role: 'doctor', state: 'connected', negotiation_role: 'polite' },
      ],
      ice_servers: [
        { urls: ['stun:turn.test'] },
        {
          urls: ['turn:turn.test'],
          username,
          credential: createHmac('sha1', 'secret').update(username).digest('base64'),
        },
      ],
    });
    expect(doctor.connection.ofType('participant-joined')).toMatchObject([
      { participant: { participant_id: patient.id, negotiation_role: 'impolite' } },
    ]);
    expect(deployment.room.told).toEqual(['Dr. Rao joined', 'Ann joined']);
  });

  it('refuses a room that has ended or does not exist', async () => {
    const deployment = new Deployment('ended');
    const late = await deployment.join('patient');
    expect(late.connection.frames).toMatchObject([{ type: 'error', code: 'room_ended' }]);
    expect(late.connection.closed?.code).toBe(CLOSE_CODES.room_ended);
    const lost = new FakeConnection();
    deployment.hub.attach(lost, { ...deployment.admission('patient'), roomId: newId() });
    await settle();
    expect(lost.frames).toMatchObject([{ type: 'error', code: 'room_not_found' }]);
  });

  it('lets a second join by the same person take over', async () => {
    const { deployment, doctor, patient } = await callOf();
    const again = await deployment.join('patient', { userId: patient.id });
    expect(patient.connection.closed).toEqual({ code: CLOSE_CODES.taken_over, reason: 'taken_over' });
    expect(again.welcome().self.instance).not.toBe(patient.welcome().self.instance);
    expect(doctor.connection.types()).toEqual(['welcome', 'participant-joined', 'participant-joined']);
    deployment.hub.dropped(patient.session);
    patient.say(OFFER);
    doctor.say(OFFER);
    expect(again.connection.ofType('offer')).toHaveLength(1);
    expect(doctor.connection.ofType('offer')).toHaveLength(0);
    await deployment.pass(40);
    expect(doctor.connection.types()).not.toContain('participant-left');
    expect(deployment.room.told).toEqual(['Dr. Rao joined', 'Ann joined']);
  });

  it('does not leave a ghost when the connection is lost while entering', async () => {
    const { deployment, doctor } = await callOf();
    const connection = new FakeConnection();
    const session = deployment.hub.attach(connection, deployment.admission('patient'));
    deployment.hub.dropped(session);
    await settle();
    await deployment.pass(31);
    const left = doctor.connection.ofType('participant-left').length;
    expect(doctor.connection.ofType('participant-joined').length).toBe(1 + left);
    expect(connection.frames).toEqual([]);
  });
});

describe('RoomHub: relay', () => {
  it('stamps, numbers and passes on in order, to the others only', async () => {
    const { doctor, patient } = await callOf();
    doctor.say({ ...OFFER, connection: 'c1' });
    doctor.say({ type: 'candidate', candidate: { candidate: 'a', sdpMid: '0', sdpMLineIndex: 0 } });
    patient.say({ type: 'answer', sdp: 'v=0' });
    doctor.say({ type: 'end-of-candidates' });
    const heard = patient.connection.frames.slice(1);
    expect(heard).toMatchObject([
      { type: 'offer', sdp: 'v=0\r\n', connection: 'c1', from: doctor.id },
      { type: 'candidate', candidate: { candidate: 'a', sdpMid: '0', sdpMLineIndex: 0 }, from: doctor.id },
      { type: 'end-of-candidates', from: doctor.id },
    ]);
    expect(doctor.connection.frames.slice(2)).toMatchObject([{ type: 'answer', from: patient.id }]);
    const seqs = [...heard, ...doctor.connection.frames.slice(2)].map((frame) => frame.seq as number);
    expect(new Set(seqs).size).toBe(4);
    const order = heard.map((frame) => frame.seq as number);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('passes a message to one participant only when it is addressed', async () => {
    const { deployment, doctor, patient } = await callOf();
    const carer = await deployment.join('patient');
    doctor.say({ type: 'chat', text: 'only you', to: patient.id });
    expect(patient.connection.ofType('chat')).toHaveLength(1);
    expect(carer.connection.ofType('chat')).toHaveLength(0);
    doctor.say({ type: 'chat', text: 'who?', to: newId(), id: 7 });
    doctor.say({ type: 'chat', text: 'me?', to: doctor.id, id: 8 });
    expect(doctor.connection.ofType('error')).toMatchObject([
      { code: 'no_such_participant', id: 7 },
      { code: 'no_such_participant', id: 8 },
    ]);
  });

  it('lets nobody speak in the name of another', async () => {
    const { doctor, patient } = await callOf();
    for (const claim of [{ from: patient.id }, { seq: 1 }, { at: 'x' }, { '\u0066rom': 'x' }]) {
      doctor.say({ ...OFFER, ...claim });
    }
    doctor.hub.receive(doctor.session, `{"type":"chat","text":"x","\\u0066rom":"${patient.id}"}`);
    expect(patient.connection.ofType('offer')).toEqual([]);
    expect(patient.connection.ofType('chat')).toEqual([]);
    expect(doctor.connection.ofType('error').map((error) => error.code)).toEqual(
      Array(5).fill('bad_message'),
    );
  });

  it('keeps rooms apart', async () => {
    const { doctor, patient } = await callOf();
    const other = new Deployment('active', {}, doctor.hub['bus']);
    const stranger = await other.join('patient');
    doctor.say(OFFER);
    expect(patient.connection.ofType('offer')).toHaveLength(1);
    expect(stranger.connection.types()).toEqual(['welcome']);
  });

  it('keeps quality reports for the record and away from the others', async () => {
    const { deployment, doctor, patient } = await callOf();
    patient.say({ type: 'stats', round_trip_ms: 40, packet_loss: 0.01, candidate_type: 'relay' });
    patient.say({ type: 'stats', round_trip_ms: 41 });
    await deployment.pass(5);
    patient.say({ type: 'stats', round_trip_ms: 42 });
    expect(deployment.room.quality).toEqual([
      { round_trip_ms: 40, packet_loss: 0.01, candidate_type: 'relay' },
      { round_trip_ms: 42 },
    ]);
    expect(doctor.connection.types()).toEqual(['welcome', 'participant-joined']);
  });

  it('keeps a report of each peer connection, also when they come at once, and of none that cannot be', async () => {
    const { deployment, doctor, patient } = await callOf();
    const guest = await deployment.join('guest');
    const about = (peer: typeof doctor) => peer.session.participant?.participantId ?? '';
    for (const participant_id of [about(doctor), about(guest), about(doctor), newId(), newId()]) {
      patient.say({ type: 'stats', participant_id, round_trip_ms: 40 });
    }
    expect(deployment.room.quality.map((report) => report.participant_id)).toEqual([
      about(doctor),
      about(guest),
    ]);
  });

  it('answers a ping', async () => {
    const { patient } = await callOf();
    patient.say({ type: 'ping' });
    expect(patient.connection.types().at(-1)).toBe('pong');
  });
});

describe('RoomHub: waiting room', () => {
  it('tells the patient the place, holds signals back, and lets both through when the visit starts', async () => {
    const deployment = new Deployment('waiting');
    deployment.room.place = {
      place: 2,
      estimatedStart: Temporal.Instant.from('2026-11-02T10:15:00Z'),
      runningLate: false,
    };
    const patient = await deployment.join('patient');
    const doctor = await deployment.join('doctor');
    expect(patient.welcome()).toMatchObject({
      room: { status: 'waiting' },
      waiting: { place: 2, estimated_start_at: '2026-11-02T10:15:00Z' },
    });
    expect(doctor.welcome().waiting).toBeNull();
    patient.say({ ...OFFER, id: 1 });
    expect(patient.connection.frames.at(-1)).toMatchObject({ type: 'error', code: 'not_admitted', id: 1 });
    expect(doctor.connection.types()).toEqual(['welcome']);

    deployment.room.place = { place: 1, estimatedStart: null, runningLate: false };
    await deployment.pass(31);
    expect(patient.connection.ofType('waiting')).toMatchObject([{ place: 1, estimated_start_at: null }]);

    await deployment.hub.roomStarted(deployment.room.roomId);
    expect(patient.connection.types().at(-1)).toBe('admitted');
    expect(doctor.connection.types().at(-1)).toBe('admitted');
    patient.say(OFFER);
    expect(doctor.connection.types().at(-1)).toBe('offer');
  });
});

describe('RoomHub: ending', () => {
  it('tells both the reason and disconnects them', async () => {
    const { deployment, hub, doctor, patient } = await callOf();
    await hub.roomEnded(deployment.room.roomId, 'cancelled');
    for (const { connection } of [doctor, patient]) {
      expect(connection.frames.at(-1)).toMatchObject({ type: 'ended', reason: 'cancelled' });
      expect(connection.closed).toEqual({ code: CLOSE_CODES.room_ended, reason: 'room_ended' });
    }
    await settle();
    patient.say(OFFER);
    hub.dropped(patient.session);
    await deployment.pass(40);
    expect(deployment.room.told).toHaveLength(2);
  });

  it('releases who says bye at once', async () => {
    const { deployment, doctor, patient } = await callOf();
    patient.say({ type: 'bye' });
    await settle();
    expect(patient.connection.closed?.code).toBe(1000);
    expect(doctor.connection.frames.at(-1)).toMatchObject({
      type: 'participant-left',
      participant_id: patient.id,
      reason: 'left',
    });
    expect(deployment.room.told.at(-1)).toBe(`${patient.id} left`);
    await patient.resume();
    expect(patient.connection.frames).toMatchObject([{ type: 'error', code: 'session_expired' }]);
  });

  it('removes one person whose access was revoked', async () => {
    const { deployment, hub, doctor, patient } = await callOf();
    await hub.accessRevoked(deployment.room.roomId, patient.id);
    expect(patient.connection.frames.at(-1)).toMatchObject({ type: 'ended', reason: 'access_revoked' });
    expect(patient.connection.closed?.code).toBe(CLOSE_CODES.access_revoked);
    expect(doctor.connection.frames.at(-1)).toMatchObject({ reason: 'access_revoked' });
    expect(doctor.connection.closed).toBeNull();
  });
});

describe('RoomHub: healing', () => {
  it('replays exactly what was missed, then goes on', async () => {
    const { deployment, doctor, patient } = await callOf();
    doctor.chat('1');
    patient.drop();
    await settle();
    expect(doctor.connection.frames.at(-1)).toMatchObject({
      type: 'presence',
      participant: { participant_id: patient.id, state: 'reconnecting' },
    });
    doctor.chat('2');
    doctor.chat('3');
    await deployment.pass(29);
    await patient.resume();
    doctor.chat('4');
    expect(patient.connection.frames).toMatchObject([
      { type: 'welcome', resumed: true, self: { instance: patient.session.participant?.instance } },
      { type: 'chat', text: '2' },
      { type: 'chat', text: '3' },
      { type: 'chat', text: '4' },
    ]);
    expect(doctor.connection.ofType('presence').map((frame) => frame.participant.state)).toEqual([
      'reconnecting',
      'connected',
    ]);
    expect(deployment.room.told).toHaveLength(2);
  });

  it('tells who comes too late to start over, and the others that they are gone', async () => {
    const { deployment, doctor, patient } = await callOf();
    patient.drop();
    await deployment.pass(31);
    expect(doctor.connection.frames.at(-1)).toMatchObject({
      type: 'participant-left',
      reason: 'connection_lost',
    });
    await patient.resume();
    expect(patient.connection.frames).toMatchObject([{ type: 'error', code: 'session_expired' }]);
    expect(patient.connection.closed?.code).toBe(CLOSE_CODES.session_expired);
    expect(deployment.room.told.at(-1)).toBe(`${patient.id} left`);
  });

  it('says how far it got, and skips what is sent again all the same', async () => {
    const { doctor, patient } = await callOf();
    for (const text of ['a', 'b', 'c']) patient.chat(text);
    patient.drop();
    await patient.resume();
    expect(patient.welcome().received_id).toBe(3);
    patient.say({ type: 'chat', id: 2, text: 'b' });
    patient.say({ type: 'chat', id: 4, text: 'd' });
    expect(doctor.connection.ofType('chat').map((chat) => chat.text)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('knows what it got even when the log has forgotten it', async () => {
    const { doctor, patient } = await callOf('active', { replayLength: 10 });
    patient.chat('a');
    for (let n = 0; n < 30; n++) doctor.chat(`${n}`);
    patient.drop();
    await patient.resume();
    expect(patient.welcome().received_id).toBe(1);
  });

  it('keeps what is said during the replay behind it, and says nothing twice', async () => {
    const { deployment, doctor, patient } = await callOf();
    patient.drop();
    doctor.chat('1');
    const readAfter = deployment.bus.readAfter.bind(deployment.bus);
    deployment.bus.readAfter = async (log, sequence) => {
      doctor.chat('2');
      const entries = await readAfter(log, sequence);
      await settle();
      doctor.chat('3');
      return entries;
    };
    await patient.resume();
    await settle();
    doctor.chat('4');
    expect(patient.connection.types()[0]).toBe('welcome');
    expect(patient.connection.ofType('chat').map((chat) => chat.text)).toEqual(['1', '2', '3', '4']);
  });

  it('skips a message that two processes passed on', async () => {
    const { deployment, doctor, patient } = await callOf();
    patient.chat('a');
    patient.chat('b');
    const { bus, room } = deployment;
    const [, again] = (await bus.readAfter(logOf(room.roomId), patient.welcome().seq)) ?? [];
    await bus.append(logOf(room.roomId), again?.content ?? '', { maxLength: 100, ttlSeconds: 60 });
    patient.chat('c');
    expect(doctor.connection.ofType('chat').map((chat) => chat.text)).toEqual(['a', 'b', 'c']);
  });

  it('refuses a session whose missed messages are not remembered', async () => {
    const { doctor, patient } = await callOf('active', { replayLength: 10 });
    patient.drop();
    for (let n = 0; n < 30; n++) doctor.chat(`${n}`);
    await patient.resume();
    expect(patient.connection.frames).toMatchObject([{ type: 'error', code: 'session_expired' }]);
  });

  it('lets the newer of two connections of one session speak', async () => {
    const { doctor, patient } = await callOf();
    const halfOpen = patient.session;
    const oldConnection = patient.connection;
    await patient.resume();
    expect(oldConnection.closed).toEqual({ code: 1000, reason: 'resumed' });
    patient.hub.dropped(halfOpen);
    await settle();
    expect(doctor.connection.ofType('presence').at(-1)?.participant.state).toBe('connected');
  });

  it('does not lead who was replaced back in, which would throw out whoever replaced them', async () => {
    for (const away of [1, 40]) {
      const { deployment, doctor, patient } = await callOf();
      patient.drop();
      await settle();
      deployment.hub.ponged(doctor.session);
      await deployment.pass(away);
      const other = deployment.openProcess();
      const phone = await deployment.join('patient', { userId: patient.id, hub: other });
      await patient.resume();
      expect(patient.connection.frames).toMatchObject([{ type: 'error', code: 'taken_over' }]);
      expect(patient.connection.closed?.code).toBe(CLOSE_CODES.taken_over);
      expect(phone.connection.closed).toBeNull();
      // When nobody is there any more, nobody can be thrown out.
      phone.say({ type: 'bye' });
      await settle();
      await patient.resume();
      expect(patient.connection.frames).toMatchObject([{ type: 'error', code: 'session_expired' }]);
    }
  });

  it('resists guessing', async () => {
    const { deployment, hub, patient } = await callOf();
    const guess = new FakeConnection();
    hub.resume(guess, deployment.room.roomId, 'A'.repeat(43), patient.welcome().seq);
    await settle();
    expect(guess.frames).toMatchObject([{ type: 'error', code: 'session_expired' }]);
    expect(patient.connection.closed).toBeNull();
  });

  it('pushes fresh TURN credentials before the old ones end', async () => {
    const { deployment, patient } = await callOf();
    for (let minute = 0; minute < 52; minute++) {
      deployment.hub.ponged(patient.session);
      deployment.clock.pass(59_000);
      await deployment.pass(1);
    }
    const [fresh] = patient.connection.ofType('ice-servers');
    const old = patient.welcome().ice_servers_expire_at as string;
    expect(fresh?.at.localeCompare(old)).toBe(-1);
    expect(fresh?.ice_servers_expire_at.localeCompare(old)).toBe(1);
  });
});

describe('RoomHub: bounds', () => {
  it('drops a peer that does not read, and the others do not notice', async () => {
    const { deployment, doctor, patient } = await callOf();
    const carer = await deployment.join('patient');
    patient.connection.bufferedAmount = 2 ** 21;
    doctor.chat('x');
    expect(patient.connection.terminated).toBe(true);
    expect(carer.connection.ofType('chat')).toHaveLength(1);
  });

  it('closes on a message that is too large', async () => {
    const { doctor, patient } = await callOf();
    doctor.hub.receive(doctor.session, `{"type":"chat","text":"${'x'.repeat(65_536)}"}`);
    expect(doctor.connection.closed?.code).toBe(1009);
    await settle();
    expect(patient.connection.types()).toEqual(['welcome', 'presence']);
  });

  it('limits the rate, and closes on who goes on', async () => {
    const { deployment, doctor, patient } = await callOf('active', {
      messagesPerSecond: 10,
      messageBurst: 20,
      maxRefusals: 30,
    });
    for (let n = 0; n < 25; n++) doctor.chat(`${n}`);
    expect(patient.connection.ofType('chat')).toHaveLength(20);
    expect(doctor.connection.ofType('error').map((error) => error.code)).toEqual(
      Array(5).fill('rate_limited'),
    );
    deployment.clock.pass(1_000);
    for (let n = 0; n < 11; n++) doctor.say({ type: 'chat', text: `${n}` });
    expect(patient.connection.ofType('chat')).toHaveLength(30);
    for (let n = 0; n < 60; n++) doctor.chat(`${n}`);
    expect(doctor.connection.closed?.code).toBe(CLOSE_CODES.rate_limited);
  });

  it('names what it drops, and takes nothing that is numbered higher before it comes again', async () => {
    const { deployment, doctor, patient } = await callOf();
    const say = (from: number, to: number) => {
      for (let id = from; id <= to; id++) doctor.say({ type: 'chat', id, text: String(id) });
    };
    const dropped = () => doctor.connection.ofType('error').map(({ code, id }) => [code, id]);
    const numbers = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index);
    say(1, 480);
    expect(dropped()).toEqual(numbers(301, 480).map((id) => ['rate_limited', id]));
    deployment.clock.pass(1_000);
    say(481, 482);
    expect(dropped().slice(-2)).toEqual([
      ['rate_limited', 481],
      ['rate_limited', 482],
    ]);
    say(301, 380);
    deployment.clock.pass(1_000);
    say(370, 460);
    deployment.clock.pass(1_000);
    say(461, 500);
    expect(patient.connection.ofType('chat').map(({ text }) => Number(text))).toEqual(numbers(1, 500));
    expect(doctor.connection.closed).toBeNull();
  });

  it('says to who comes back how far it got, whatever was dropped, and waits for nothing any more', async () => {
    const { doctor, patient } = await callOf('active', { messageBurst: 3 });
    for (const text of ['1', '2', '3', '4', '5']) doctor.chat(text);
    doctor.drop();
    await doctor.resume();
    expect(doctor.welcome().received_id).toBe(3);
    doctor.say({ type: 'chat', id: 6, text: '6' });
    expect(patient.connection.ofType('chat').map(({ text }) => text)).toEqual(['1', '2', '3', '6']);
  });

  it('waits no longer for what will never be right', async () => {
    const { deployment, doctor, patient } = await callOf('active', { messageBurst: 1, messagesPerSecond: 1 });
    doctor.chat('1');
    doctor.say({ type: 'chat', id: 2, text: '' });
    deployment.clock.pass(1_000);
    doctor.say({ type: 'chat', id: 2, text: '' });
    deployment.clock.pass(1_000);
    doctor.say({ type: 'chat', id: 3, text: '3' });
    expect(doctor.connection.ofType('error').map(({ code, id }) => [code, id])).toEqual([
      ['rate_limited', 2],
      ['bad_message', 2],
    ]);
    expect(patient.connection.ofType('chat').map(({ text }) => text)).toEqual(['1', '3']);
  });

  it('says which field of which message is wrong', async () => {
    const { doctor } = await callOf();
    const wrong = [
      [
        { type: 'chat', id: 7, text: '' },
        { id: 7, path: 'text' },
      ],
      [
        { type: 'candidate', id: 8, candidate: { candidate: 'a', sdpMid: 1 } },
        { id: 8, path: 'candidate.sdpMid' },
      ],
      [
        { type: 'chat', id: 9, text: 'x', shouting: true },
        { id: 9, path: 'shouting' },
      ],
      [
        { type: 'dance', id: 10 },
        { id: 10, path: 'type' },
      ],
      [{ type: 'chat', id: 'x', text: 'x' }, { path: 'id' }],
      [{ type: 'ping', ['y'.repeat(300)]: 1 }, { path: 'y'.repeat(100) }],
      [[1], {}],
    ] as const;
    for (const [message, named] of wrong) {
      doctor.say(message);
      const { type: _type, at: _at, message: text, ...error } = doctor.connection.frames.at(-1) ?? {};
      expect(error).toEqual({ code: 'bad_message', ...named });
      expect(text.length).toBeLessThan(300);
    }
  });

  it('survives whatever is sent', async () => {
    const { doctor, patient } = await callOf();
    const nonsense = [
      '',
      'null',
      '[]',
      '{',
      '1',
      '"x"',
      '{"type":1}',
      '{"type":"__proto__"}',
      '{"type":"hello"}',
    ];
    for (const raw of nonsense) doctor.hub.receive(doctor.session, raw);
    doctor.say({ type: 'offer' });
    doctor.say({ type: 'candidates', candidates: [] });
    doctor.say({ type: 'candidates', candidates: Array.from({ length: 65 }, () => ({ candidate: 'a' })) });
    doctor.say({ type: 'chat', text: 'x'.repeat(2_001) });
    expect(doctor.connection.ofType('error')).toHaveLength(nonsense.length + 4);
    expect(doctor.connection.closed).toBeNull();
    expect(patient.connection.types()).toEqual(['welcome']);
  });

  it('drops a connection that does not answer pings within a minute', async () => {
    const { deployment, doctor, patient } = await callOf();
    for (let second = 0; second < 55; second++) {
      if (doctor.connection.pings > 0) deployment.hub.ponged(doctor.session);
      await deployment.pass(1);
    }
    expect(patient.connection.terminated).toBe(true);
    expect(doctor.connection.terminated).toBe(false);
  });
});

describe('RoomHub: several processes', () => {
  it('joins participants of one room across processes', async () => {
    const { deployment, doctor, patient } = await callOf();
    const other = deployment.openProcess();
    const carer = await deployment.join('patient', { hub: other });
    expect(carer.welcome().participants).toHaveLength(2);
    doctor.chat('hello all');
    carer.chat('hello doctor');
    await settle();
    expect(carer.connection.ofType('chat')).toMatchObject([{ text: 'hello all', from: doctor.id }]);
    expect(patient.connection.ofType('chat').map((chat) => chat.text)).toEqual(['hello all', 'hello doctor']);
    await other.roomEnded(deployment.room.roomId, 'completed');
    expect(doctor.connection.closed?.code).toBe(CLOSE_CODES.room_ended);
  });

  it('moves who resumes elsewhere when a process stops, without losing or repeating a message', async () => {
    const { deployment, doctor, patient } = await callOf();
    const other = deployment.openProcess();
    const carer = await deployment.join('patient', { hub: other });
    for (const text of ['1', '2']) patient.chat(text);
    await deployment.hub.close();
    expect(patient.connection.closed?.code).toBe(1012);
    carer.chat('meanwhile');
    await doctor.resume(other);
    await patient.resume(other);
    expect(patient.welcome().received_id).toBe(2);
    patient.say({ type: 'chat', id: 2, text: '2' });
    patient.say({ type: 'chat', id: 3, text: '3' });
    const texts = (peer: Peer) => {
      peer.take();
      return peer.heard.filter((frame) => frame.type === 'chat').map((frame) => frame.text);
    };
    expect(texts(doctor)).toEqual(['1', '2', 'meanwhile', '3']);
    expect(texts(carer)).toEqual(['1', '2', '3']);
    expect(texts(patient)).toEqual(['meanwhile']);
  });

  it('gives up the participants of a process that died', async () => {
    const { deployment, doctor, patient } = await callOf();
    const doomed = deployment.openProcess();
    await deployment.join('patient', { hub: doomed });
    // A dead process hears nothing any more.
    for (const room of doomed['rooms'].values()) await room.stop();
    // The lease runs on the bus's own clock, so it is taken away instead of waited for.
    deployment.bus.isAlive = async () => false;
    await deployment.pass(6);
    for (const { session } of [doctor, patient]) deployment.hub.ponged(session);
    expect(doctor.connection.frames.at(-1)).toMatchObject({ participant: { state: 'reconnecting' } });
    await deployment.pass(31);
    expect(doctor.connection.ofType('participant-left')).toHaveLength(1);
  });

  it('keeps a participant whose process was only thought dead', async () => {
    const { deployment, doctor } = await callOf();
    const slow = deployment.openProcess();
    const carer = await deployment.join('patient', { hub: slow });
    const isAlive = deployment.bus.isAlive.bind(deployment.bus);
    deployment.bus.isAlive = async () => false;
    await deployment.pass(2);
    deployment.bus.isAlive = isAlive;
    expect(doctor.connection.ofType('presence').map((frame) => frame.participant.state)).toEqual([
      'reconnecting',
      'connected',
    ]);
    await deployment.pass(40, []);
    doctor.chat('still there?');
    expect(carer.connection.ofType('chat')).toHaveLength(1);
    expect(doctor.connection.types()).not.toContain('participant-left');
  });

  it('takes over from a connection on another process', async () => {
    const { deployment, doctor, patient } = await callOf();
    const other = deployment.openProcess();
    const again = await deployment.join('patient', { hub: other, userId: patient.id });
    expect(patient.connection.closed?.code).toBe(CLOSE_CODES.taken_over);
    doctor.chat('x');
    expect(again.connection.ofType('chat')).toHaveLength(1);
  });

  it('stops following a room that nobody here is in', async () => {
    const { deployment, doctor, patient } = await callOf();
    for (const peer of [doctor, patient]) peer.say({ type: 'bye' });
    await settle();
    await deployment.pass(2);
    expect([...deployment.hub['rooms'].values()]).toEqual([]);
  });
});
