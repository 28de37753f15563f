import { describe, it } from 'node:test';
import { expect } from 'expect';
import { InProcessBus } from '#platform';
import { logOf } from '../signals/signal-log.ts';
import { Deployment, type Peer, SharedBus, settle } from './room-hub.fixture.ts';

const texts = (peer: Peer) => {
  peer.take();
  return peer.heard.filter(({ type }) => type === 'chat').map(({ text }) => text as string);
};

describe('RoomHub: a process that stops', () => {
  it('asks everyone to move and goes on until they have, so that nothing is lost or said twice', async () => {
    const deployment = new Deployment('active', {}, new SharedBus());
    const { hub } = deployment;
    const [doctor, patient] = [await deployment.join('doctor'), await deployment.join('patient')];
    const other = deployment.openProcess();
    patient.chat('1');
    const stopped = hub.close();
    for (const peer of [doctor, patient]) {
      expect(peer.connection.ofType('move')).toMatchObject([{ within_ms: 4_000 }]);
    }
    patient.chat('2');
    doctor.chat('a');
    const before = { doctor: doctor.connection, patient: patient.connection };
    await doctor.resume(other);
    patient.chat('3');
    doctor.chat('b');
    await patient.resume(other);
    patient.chat('4');
    await stopped;
    for (const connection of Object.values(before)) {
      expect(connection.closed).toEqual({ code: 1000, reason: 'resumed' });
      expect(connection.ofType('error')).toEqual([]);
    }
    expect(texts(doctor)).toEqual(['1', '2', '3', '4']);
    expect(texts(patient)).toEqual(['a', 'b']);
    await deployment.pass(40, [other]);
    expect(doctor.connection.types()).not.toContain('participant-left');
  });

  it('lets go of who does not move', async () => {
    const deployment = new Deployment('active', { moveWindowMs: 60 }, new SharedBus());
    const doctor = await deployment.join('doctor');
    await deployment.hub.close();
    expect(doctor.connection.types()).toEqual(['welcome', 'move']);
    expect(doctor.connection.closed).toEqual({ code: 1012, reason: 'service_restart' });
  });

  it('asks nobody where there is nowhere to go', async () => {
    const deployment = new Deployment('active', {}, new InProcessBus());
    const doctor = await deployment.join('doctor');
    await deployment.hub.close();
    expect(doctor.connection.types()).toEqual(['welcome']);
    expect(doctor.connection.closed?.code).toBe(1012);
  });
});

describe('RoomHub: a bus that has lost its memory', () => {
  /** As a Redis that was restarted without its data. */
  class ForgetfulBus extends SharedBus {
    forget(log: string): void {
      const known = this['logs'].get(log);
      if (known) {
        const { memory } = known;
        const Memory = memory.constructor as new (first: number) => typeof memory;
        known.memory = new Memory(memory.last + 1_001);
        known.fields.clear();
      }
      this['leases'].clear();
    }
  }

  it('is told again who is there, so that nobody becomes a ghost', async () => {
    const bus = new ForgetfulBus();
    const deployment = new Deployment('active', {}, bus);
    const [doctor, patient] = [await deployment.join('doctor'), await deployment.join('patient')];
    await deployment.pass(6);
    for (const { session } of [doctor, patient]) deployment.hub.ponged(session);
    bus.forget(logOf(deployment.room.roomId));
    doctor.chat('still here');
    expect(texts(patient)).toEqual(['still here']);
    await deployment.pass(6);
    expect((await bus.fields(logOf(deployment.room.roomId))).size).toBe(2);

    // What comes after can be lost and found again as before …
    patient.drop();
    doctor.chat('missed');
    await settle();
    await patient.resume();
    expect(texts(patient)).toEqual(['still here', 'missed']);
    // … and who does not come back is gone for the other.
    patient.drop();
    await deployment.pass(20);
    deployment.hub.ponged(doctor.session);
    await deployment.pass(20);
    expect(doctor.connection.ofType('participant-left')).toHaveLength(1);
    expect(deployment.failures).toEqual([]);
  });
});
