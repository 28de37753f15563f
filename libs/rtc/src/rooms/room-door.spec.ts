import { describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { hashJoinToken, newJoinToken } from '../joining/join-token.ts';
import { CLOSE_CODES } from '../protocol/protocol.ts';
import { RoomDoor, readSubprotocols } from './room-door.ts';
import { Deployment, FakeConnection, settle } from './room-hub.fixture.ts';

function setUp() {
  const deployment = new Deployment('active');
  const door = new RoomDoor(deployment.hub, deployment.room, deployment.clock, () => {});
  const connection = new FakeConnection();
  const token = newJoinToken();
  deployment.room.tokens.set(hashJoinToken(token).toString('hex'), deployment.admission('patient'));
  const open = (roomId = deployment.room.roomId) => door.open(connection, roomId, null);
  return { deployment, door, connection, token, open };
}

const hello = (fields: object) => JSON.stringify({ type: 'hello', ...fields });

describe('RoomDoor', () => {
  it('lets in by the token of the first message, once', async () => {
    const { door, deployment, connection, token, open } = setUp();
    const client = open();
    client.receive(hello({ token }));
    await settle();
    expect(connection.types()).toEqual(['welcome']);
    client.receive(JSON.stringify({ type: 'ping' }));
    expect(connection.types()).toEqual(['welcome', 'pong']);

    const second = new FakeConnection();
    door.open(second, deployment.room.roomId, null).receive(hello({ token }));
    await settle();
    expect(second.frames).toMatchObject([{ type: 'error', code: 'unauthorized' }]);
    expect(second.closed?.code).toBe(CLOSE_CODES.unauthorized);
  });

  it('refuses a token for another room', async () => {
    const { connection, token, open } = setUp();
    open(newId()).receive(hello({ token }));
    await settle();
    expect(connection.closed?.code).toBe(CLOSE_CODES.unauthorized);
  });

  it('lets in at once where the token came with the handshake', async () => {
    const { door, deployment, connection } = setUp();
    door.open(connection, deployment.room.roomId, deployment.admission('doctor'));
    await settle();
    expect(connection.types()).toEqual(['welcome']);
  });

  it('resumes', async () => {
    const { door, deployment, connection, token, open } = setUp();
    const client = open();
    client.receive(hello({ token }));
    await settle();
    client.closed();
    const [welcome] = connection.frames;
    const next = new FakeConnection();
    const frame = hello({ resume_id: welcome?.resume_id, seq: welcome?.seq });
    door.open(next, deployment.room.roomId, null).receive(frame);
    await settle();
    expect(next.frames).toMatchObject([{ type: 'welcome', resumed: true }]);
  });

  it('refuses whatever else comes first', async () => {
    for (const frame of ['', '{}', 'x', hello({}), hello({ resume_id: 'x' }), '{"type":"ping"}']) {
      const { connection, open } = setUp();
      open().receive(frame);
      await settle();
      expect(connection.closed?.code).toBe(CLOSE_CODES.bad_message);
    }
  });

  it('says what a hello lacks', async () => {
    const lacking = [
      [{ resume_id: 'x' }, 'seq'],
      [{ resume_id: 'x', seq: 0 }, 'seq'],
      [{ seq: 7 }, 'resume_id'],
      [{}, 'token'],
      [{ token: 'x', resume_id: 'x', seq: 7 }, 'token'],
      [{ token: 'x'.repeat(201) }, 'token'],
    ] as const;
    for (const [fields, path] of lacking) {
      const { connection, open } = setUp();
      open().receive(hello(fields));
      await settle();
      expect(connection.frames).toMatchObject([{ type: 'error', code: 'bad_message', path }]);
    }
  });

  it('closes on who says nothing', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { connection, open } = setUp();
      open();
      mock.timers.tick(1_999);
      expect(connection.closed).toBeNull();
      mock.timers.tick(1);
      expect(connection.closed?.code).toBe(CLOSE_CODES.hello_timeout);
    } finally {
      mock.timers.reset();
    }
  });

  it('admits nobody whose connection was lost while the token was looked up', async () => {
    const { deployment, connection, token, open } = setUp();
    const client = open();
    client.receive(hello({ token }));
    client.closed();
    await settle();
    expect(connection.frames).toEqual([]);
    expect(deployment.room.told).toEqual([]);
  });
});

describe('readSubprotocols', () => {
  it('finds the protocol and the token', () => {
    expect(readSubprotocols(['televisit.v1', 'token.abc'])).toEqual({ token: 'abc' });
    expect(readSubprotocols(['televisit.v1'])).toEqual({ token: null });
    expect(readSubprotocols(['token.abc'])).toBeNull();
    expect(readSubprotocols([])).toBeNull();
  });
});
