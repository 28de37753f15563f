import { describe, it } from 'node:test';
import { expect } from 'expect';
import {
  CLOSE_CODES,
  type ClientMessage,
  type HelloMessage,
  type RelayedMessage,
  SUBPROTOCOL as SERVERS_SUBPROTOCOL,
  type ServerMessage,
  SUBPROTOCOL_TOKEN_PREFIX,
} from '#rtc';
import {
  type CallQuality,
  FINAL_CLOSE_CODES,
  type Heard,
  type Hello,
  type Numbered,
  START_OVER_CLOSE_CODES,
  SUBPROTOCOL,
  TOKEN_PREFIX,
  type Welcome,
} from './protocol.ts';

/** Compiles while the first fits the second: the types of both sides are written apart. */
type Fits<Given extends Wanted, Wanted> = Given;
type Stamped = { seq: number; at: string; from: string };

export type Agreement = [
  Fits<ServerMessage, Heard | Welcome>,
  Fits<RelayedMessage & Stamped, Heard>,
  Fits<Numbered, RelayedMessage>,
  Fits<Hello, HelloMessage>,
  Fits<{ type: 'stats' } & CallQuality, ClientMessage>,
];

describe('the protocol as the client knows it', () => {
  it('has the names and close codes of the server', () => {
    expect([SUBPROTOCOL, TOKEN_PREFIX]).toEqual([SERVERS_SUBPROTOCOL, SUBPROTOCOL_TOKEN_PREFIX]);
    for (const [code, reason] of FINAL_CLOSE_CODES) {
      expect([reason, CLOSE_CODES[reason as keyof typeof CLOSE_CODES]]).toEqual([reason, code]);
    }
    expect([...START_OVER_CLOSE_CODES]).toEqual([CLOSE_CODES.unauthorized, CLOSE_CODES.session_expired]);
  });
});
