export * from './join-token.ts';
export * from './limits.ts';
export type { PeerConnection, PeerSession } from './peer-session.ts';
export * from './protocol.ts';
export * from './room-directory.ts';
export * from './room-door.ts';
export * from './room-hub.ts';
export * from './turn-credentials.ts';
