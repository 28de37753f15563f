import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ManualClock } from '../rooms/room-hub.fixture.ts';
import { hashJoinToken, newJoinToken } from './join-token.ts';
import { TurnCredentials } from './turn-credentials.ts';

describe('TurnCredentials', () => {
  const clock = new ManualClock();

  it('follows the REST scheme of coturn', () => {
    const turn = new TurnCredentials({ urls: ['turn:t.test'], secret: 'north', ttlSeconds: 600 }, clock);
    const username = `${clock.now().epochMilliseconds / 1000 + 600}:ann`;
    expect(turn.issue('ann')).toEqual({
      ice_servers: [
        {
          urls: ['turn:t.test'],
          username,
          credential: createHmac('sha1', 'north').update(username).digest('base64'),
        },
      ],
      ice_servers_expire_at: '2026-11-02T10:10:00Z',
    });
    expect(turn.refreshAt(1_000)).toBe(511_000);
  });

  it('has none where there is no server', () => {
    const turn = new TurnCredentials(null, clock);
    expect(turn.issue('ann')).toEqual({ ice_servers: [], ice_servers_expire_at: null });
    expect(turn.refreshAt(0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('join tokens', () => {
  it('are long, different, fit a subprotocol name, and are stored as their SHA-256', () => {
    const tokens = Array.from({ length: 50 }, newJoinToken);
    expect(new Set(tokens).size).toBe(50);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
    expect(hashJoinToken('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
