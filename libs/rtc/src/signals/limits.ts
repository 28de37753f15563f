/** The bounds of a signalling connection. They are part of the protocol: docs/rtc-protocol.md lists them. */
export interface RtcLimits {
  /** The largest frame, in bytes. A larger one ends the connection with code 1009. */
  readonly maxFrameBytes: number;
  /** How long a new connection may take to say hello. */
  readonly helloDeadlineMs: number;
  /** How long the session of a lost connection is kept. */
  readonly resumeWindowMs: number;
  /** Messages a second that a participant may send, and how many at once. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** Bytes a second that a participant may send, and how many at once. */
  readonly bytesPerSecond: number;
  readonly byteBurst: number;
  /** Refused messages (malformed or above the rate) within one connection before it is closed. */
  readonly maxRefusals: number;
  /** Bytes that may wait for a participant who does not read; above it the connection is dropped. */
  readonly maxBufferedBytes: number;
  /** Between two pings; a connection that has not answered the last one is dropped at the next. */
  readonly pingIntervalMs: number;
  /** The newest messages of a room that are kept for those who resume or poll. */
  readonly replayLength: number;
  /** How long clients have to move to another process before this one lets them go. */
  readonly moveWindowMs: number;
  /** Call-quality reports that come sooner than this after the last one are not recorded. */
  readonly statsIntervalMs: number;
}

export const RTC_LIMITS: RtcLimits = {
  maxFrameBytes: 64 * 1024,
  helloDeadlineMs: 2_000,
  resumeWindowMs: 30_000,
  messagesPerSecond: 100,
  messageBurst: 300,
  bytesPerSecond: 256 * 1024,
  byteBurst: 1024 * 1024,
  maxRefusals: 200,
  maxBufferedBytes: 1024 * 1024,
  pingIntervalMs: 25_000,
  replayLength: 500,
  moveWindowMs: 4_000,
  statsIntervalMs: 5_000,
};

/** Lengths of single values, in characters. */
export const MAX_SDP_LENGTH = 60_000;
export const MAX_CANDIDATE_LENGTH = 2_000;
export const MAX_CANDIDATES = 64;
export const MAX_CHAT_LENGTH = 2_000;
export const MAX_CONNECTION_LENGTH = 100;
export const MAX_TOKEN_LENGTH = 200;
