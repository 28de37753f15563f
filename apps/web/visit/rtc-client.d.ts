/** A failure of `join` that will not go away by trying again. */
export declare class JoinRefused extends Error {
  constructor(reason: string, message: string);
  readonly reason: string;
}

export interface RtcClientOptions {
  join(): Promise<{ token: string; websocket_url: string }>;
  WebSocket?: typeof WebSocket;
}

export declare class RtcClient extends EventTarget {
  constructor(options: RtcClientOptions);
  readonly state: 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closed';
  /** The last `welcome`. */
  readonly session: Record<string, unknown> | null;
  start(): void;
  send(message: Record<string, unknown>): void;
  report(stats: Record<string, unknown>): void;
  hurry(): void;
  leave(): void;
}
