import { describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { Deployment, settle } from '../rooms/room-hub.fixture.ts';
import { SignalPolling } from './signal-polling.ts';

function setUp(status: 'waiting' | 'active' = 'active') {
  const deployment = new Deployment(status);
  const { bus, clock, room: directory } = deployment;
  const polling = new SignalPolling({ bus, clock, directory });
  return { deployment, polling, poller: deployment.admission('patient') };
}

describe('SignalPolling', () => {
  it('takes part in the same conversation as a WebSocket', async () => {
    const { deployment, polling, poller } = setUp();
    const doctor = await deployment.join('doctor');
    const first = await polling.poll(poller, null);
    expect(first).toMatchObject({
      status: 'active',
      signals: [],
      participants: [{ participant_id: doctor.id, negotiation_role: 'polite' }],
    });
    expect(doctor.connection.types()).toEqual(['welcome', 'participant-joined']);

    await polling.post(poller, { type: 'offer', sdp: 'v=0' });
    await settle();
    expect(doctor.connection.frames.at(-1)).toMatchObject({
      type: 'offer',
      sdp: 'v=0',
      from: poller.participantId,
    });
    doctor.say({ type: 'answer', sdp: 'v=1' });
    const second = await polling.poll(poller, first.seq);
    expect(second.signals).toMatchObject([{ type: 'answer', sdp: 'v=1', from: doctor.id }]);
    expect((await polling.poll(poller, second.seq)).signals).toEqual([]);
  });

  it('keeps a participant as long as the polls come, and no longer', async () => {
    const { deployment, polling, poller } = setUp();
    const doctor = await deployment.join('doctor');
    let { seq } = await polling.poll(poller, null);
    for (let poll = 0; poll < 6; poll++) {
      deployment.hub.ponged(doctor.session);
      await deployment.pass(12);
      ({ seq } = await polling.poll(poller, seq));
    }
    expect(doctor.connection.types()).not.toContain('participant-left');
    deployment.hub.ponged(doctor.session);
    await deployment.pass(31);
    expect(doctor.connection.types()).toContain('participant-left');
    expect(deployment.room.told.slice(1)).toEqual(['Ann joined', `${poller.participantId} left`]);
  });

  it('leaves a WebSocket of the same person alone', async () => {
    const { deployment, polling } = setUp();
    const patient = await deployment.join('patient');
    await polling.poll(patient.admission, null);
    expect(patient.connection.closed).toBeNull();
    expect(deployment.room.told).toEqual(['Ann joined']);
  });

  it('shows nobody in a room that has ended', async () => {
    const { deployment, polling, poller } = setUp();
    await deployment.join('doctor');
    const { seq } = await polling.poll(poller, null);
    await deployment.hub.roomEnded(deployment.room.roomId, 'completed');
    deployment.room.status = 'ended';
    const last = await polling.poll(poller, seq);
    expect(last).toMatchObject({ status: 'ended', participants: [], signals: [{ type: 'ended' }] });
  });

  it('refuses to speak before the visit, from outside the room, and for rooms that are not there', async () => {
    const chat = { type: 'chat', text: 'x' } as const;
    const waiting = setUp('waiting');
    await waiting.polling.poll(waiting.poller, null);
    await expect(waiting.polling.post(waiting.poller, chat)).rejects.toMatchObject({ code: 'not_admitted' });
    const { polling, poller } = setUp();
    await expect(polling.post(poller, chat)).rejects.toMatchObject({ code: 'not_in_room' });
    await polling.poll(poller, null);
    await expect(polling.post(poller, { ...chat, to: poller.participantId })).rejects.toMatchObject({
      code: 'no_such_participant',
    });
    await expect(polling.poll({ ...poller, roomId: newId() }, null)).rejects.toMatchObject({
      code: 'room_not_found',
    });
    await expect(polling.poll(poller, 999)).rejects.toMatchObject({ code: 'signals_forgotten' });
  });
});
