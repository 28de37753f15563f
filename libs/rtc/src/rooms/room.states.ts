import { stateMachine } from '#kernel';
import type { RoomStatus } from '../protocol/protocol.ts';

export const roomStates = stateMachine<RoomStatus>('room', {
  waiting: ['active', 'ended'],
  active: ['ended'],
  ended: [],
});
