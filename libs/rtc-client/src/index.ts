export * from './call.ts';
export * from './devices.ts';
export type { Emitter } from './emitter.ts';
export * from './peer-link.ts';
export * from './pre-call-test.ts';
export * from './protocol.ts';
export * from './rtc-client.ts';
