import { describe, it } from 'node:test';
import { expect } from 'expect';
import { CLOSE_CODES } from '../protocol/protocol.ts';
import { Deployment, type Frame, type Peer, settle } from './room-hub.fixture.ts';

const OFFER = { type: 'offer', sdp: 'v=0' };

async function visit() {
  const deployment = new Deployment('active');
  const doctor = await deployment.join('doctor');
  const patient = await deployment.join('patient');
  const { hub, room } = deployment;
  const admit = (peer: Peer) => hub.setAdmitted(room.roomId, peer.id, true).then(settle);
  const hold = (peer: Peer) => hub.setAdmitted(room.roomId, peer.id, false).then(settle);
  return { deployment, hub, doctor, patient, admit, hold };
}

const idsIn = (participants: Frame[]) => participants.map(({ participant_id }) => participant_id as string);
const pairOf = (a: string, b: string) => (a < b ? `${a} ${b}` : `${b} ${a}`);
const codes = (peer: Peer) => peer.connection.ofType('error').map(({ code }) => code as string);

describe('RoomHub: guests', () => {
  it('wait, see the doctor only and hear nothing, until they are let in', async () => {
    const { deployment, doctor, patient, admit } = await visit();
    const guest = await deployment.join('guest');
    expect(guest.welcome()).toMatchObject({
      self: { role: 'guest', guest_kind: 'interpreter', admitted: false },
      room: { status: 'waiting' },
      waiting: null,
    });
    expect(idsIn(guest.welcome().participants)).toEqual([doctor.id]);
    expect(JSON.stringify(guest.welcome())).not.toContain('Ann');
    for (const peer of [doctor, patient]) {
      expect(peer.connection.frames.at(-1)).toMatchObject({
        type: 'participant-joined',
        participant: { display_name: 'Mo', guest_kind: 'interpreter', admitted: false },
      });
    }
    guest.say({ ...OFFER, id: 1 });
    patient.drop();
    await patient.resume();
    doctor.chat('for the patient only');
    doctor.say({ type: 'chat', text: 'not yet', to: guest.id });
    expect(codes(guest)).toEqual(['not_admitted']);
    expect(codes(doctor)).toEqual(['no_such_participant']);
    expect(guest.connection.types()).toEqual(['welcome', 'error']);

    await admit(guest);
    const admitted = guest.connection.frames.at(-1);
    expect(admitted).toMatchObject({ type: 'admitted', seq: expect.any(Number) });
    expect(idsIn(admitted?.participants).toSorted()).toEqual([doctor.id, patient.id].toSorted());
    for (const peer of [doctor, patient]) {
      expect(peer.connection.frames.at(-1)).toMatchObject({
        type: 'presence',
        participant: { participant_id: guest.id, admitted: true },
      });
    }
    doctor.say({ ...OFFER, to: guest.id });
    guest.say({ type: 'answer', sdp: 'v=1', to: doctor.id });
    expect(guest.connection.ofType('offer')).toHaveLength(1);
    expect(doctor.connection.ofType('answer')).toMatchObject([{ from: guest.id }]);
    expect(patient.connection.ofType('answer')).toEqual([]);
  });

  it('are four in a mesh with opposite parts in every pair', async () => {
    const { deployment, doctor, patient, admit } = await visit();
    const guests = [await deployment.join('guest'), await deployment.join('guest')];
    for (const guest of guests) await admit(guest);
    const everybody = [doctor, patient, ...guests];
    const views: Frame[] = [];
    for (const peer of everybody) {
      const again = await deployment.join(peer.admission.role, { userId: peer.id });
      const { participants } = again.welcome();
      expect(participants).toHaveLength(3);
      for (const { participant_id: other, negotiation_role } of participants) {
        views.push({ pair: pairOf(peer.id, other), from: peer.id, negotiation_role });
      }
      expect(again.welcome().self.admitted).toBe(true);
    }
    for (const { pair, from, negotiation_role } of views) {
      const opposite = views.find((view) => view.pair === pair && view.from !== from);
      expect(opposite?.negotiation_role).toBe(negotiation_role === 'polite' ? 'impolite' : 'polite');
    }
    expect(views.filter(({ from }) => from === doctor.id).map((view) => view.negotiation_role)).toEqual(
      Array(3).fill('impolite'),
    );
  });

  it('are let in while their connection is lost, and told when they are back, once', async () => {
    const { deployment, doctor, admit } = await visit();
    const guest = await deployment.join('guest');
    guest.drop();
    doctor.chat('before');
    await admit(guest);
    await admit(guest);
    doctor.chat('after');
    await guest.resume();
    const [welcome, ...missed] = guest.connection.frames;
    expect(welcome).toMatchObject({ room: { status: 'active' }, self: { admitted: true } });
    expect(missed.map(({ type, text }) => text ?? type)).toEqual(['admitted', 'after']);
  });

  it('are sent out when they are withdrawn', async () => {
    const { deployment, hub, doctor, admit } = await visit();
    const guest = await deployment.join('guest');
    await admit(guest);
    await hub.accessRevoked(deployment.room.roomId, guest.id);
    await settle();
    expect(guest.connection.closed).toEqual({ code: CLOSE_CODES.access_revoked, reason: 'access_revoked' });
    expect(doctor.connection.frames.at(-1)).toMatchObject({
      type: 'participant-left',
      participant_id: guest.id,
      reason: 'access_revoked',
    });
  });

  it('are not let in by the start of the visit', async () => {
    const deployment = new Deployment('waiting');
    const guest = await deployment.join('guest');
    const patient = await deployment.join('patient');
    await deployment.hub.roomStarted(deployment.room.roomId);
    expect(patient.connection.types()).toContain('admitted');
    expect(guest.connection.types()).toEqual(['welcome']);
  });
});

describe('RoomHub: waiting again', () => {
  it('keeps the patient from the call until the doctor lets them in again', async () => {
    const { deployment, doctor, patient, admit, hold } = await visit();
    await hold(patient);
    expect(patient.connection.frames.at(-1)).toMatchObject({ type: 'returned-to-waiting' });
    expect(doctor.connection.frames.at(-1)).toMatchObject({
      type: 'presence',
      participant: { participant_id: patient.id, admitted: false },
    });
    const heard = patient.connection.frames.length;
    doctor.chat('unheard');
    patient.say({ ...OFFER, id: 1 });
    expect(patient.connection.frames.slice(heard)).toMatchObject([{ code: 'not_admitted', id: 1 }]);

    // A reload does not help, nor does coming back.
    const reloaded = await deployment.join('patient', { userId: patient.id });
    expect(reloaded.welcome()).toMatchObject({ room: { status: 'waiting' }, self: { admitted: false } });
    reloaded.drop();
    doctor.chat('unheard as well');
    await reloaded.resume();
    expect(reloaded.connection.types()).toEqual(['welcome']);

    await admit(reloaded);
    doctor.chat('welcome back');
    expect(reloaded.connection.frames.slice(1)).toMatchObject([
      { type: 'admitted', participants: [{ participant_id: doctor.id }] },
      { type: 'chat', text: 'welcome back' },
    ]);
  });

  it('replays to who was away what was said while they were admitted, and nothing else', async () => {
    const { doctor, patient, admit, hold } = await visit();
    patient.drop();
    doctor.chat('1');
    await hold(patient);
    doctor.chat('unheard');
    await admit(patient);
    doctor.chat('2');
    await patient.resume();
    expect(patient.connection.frames.slice(1).map(({ type, text }) => text ?? type)).toEqual([
      '1',
      'returned-to-waiting',
      'admitted',
      '2',
    ]);
  });

  it('holds on whichever process they are', async () => {
    const { deployment, doctor, hold } = await visit();
    const other = deployment.openProcess();
    const guest = await deployment.join('guest', { hub: other });
    await other.setAdmitted(deployment.room.roomId, guest.id, true);
    await settle();
    expect(guest.connection.types()).toContain('admitted');
    await hold(guest);
    expect(guest.connection.frames.at(-1)).toMatchObject({ type: 'returned-to-waiting' });
    doctor.chat('unheard');
    expect(guest.connection.ofType('chat')).toEqual([]);
  });
});

describe('RoomHub: the queue', () => {
  it('is looked up anew, at once, when the doctor has announced something', async () => {
    const deployment = new Deployment('waiting');
    deployment.room.place = { place: 1, estimatedStart: null, runningLate: false };
    const patient = await deployment.join('patient');
    await deployment.pass(2);
    const estimatedStart = Temporal.Instant.from('2026-11-02T10:20:00Z');
    deployment.room.place = { place: 1, estimatedStart, runningLate: true };
    await deployment.pass(2);
    expect(patient.connection.ofType('waiting')).toEqual([]);
    await deployment.hub.waitingChanged(deployment.room.roomId);
    await deployment.pass(1);
    expect(patient.connection.ofType('waiting')).toMatchObject([
      { place: 1, estimated_start_at: '2026-11-02T10:20:00Z', running_late: true },
    ]);
  });
});
