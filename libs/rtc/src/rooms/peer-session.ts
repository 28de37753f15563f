import { CLOSE_CODES, type CloseReason, type ErrorCode, type ServerMessage } from '../protocol/protocol.ts';
import type { Refused } from '../protocol/refusal.ts';
import type { RtcLimits } from '../signals/limits.ts';
import { Rate } from '../signals/rate.ts';
import type { ParticipantRecord } from './participant.ts';

/** A connection as the hub sees it: one text frame after the other, in order. A `ws` socket fits. */
export interface PeerConnection {
  send(frame: string): void;
  close(code: number, reason: string): void;
  /** Cuts the connection without a close frame. */
  terminate(): void;
  ping(): void;
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
}

/** Replayed frames come first; frames of the meantime wait here. */
interface Held {
  readonly sequence: number;
  readonly frame: string;
}

/** One connection's way through a room, from its hello until it is lost, left or replaced. */
export class PeerSession {
  /** `null` before the room has let the session in. */
  participant: ParticipantRecord | null = null;
  /** `null` when the connection is gone. */
  connection: PeerConnection | null;
  /** The number of the last entry that this session was given or that is not for it. */
  cursor = 0;
  /** The highest `id` the client has used. */
  lastId = 0;
  /** Whether a sign of life came since the last ping. */
  alive = true;
  pingAt: number;
  iceRefreshAt = Number.POSITIVE_INFINITY;
  private refusals = 0;
  /** The lowest `id` that was dropped for the rate and has not come again. */
  private awaitedId = Number.POSITIVE_INFINITY;
  /** When the quality of each peer connection was last recorded, by who is at its other end. */
  private readonly reportedAt = new Map<string | undefined, number>();
  private held: Held[] | null = null;
  private readonly messages: Rate;
  private readonly bytes: Rate;

  /**
   * @param key names the connection in the participant's record.
   * @param resumeId what the client may come back with.
   * @param resumesAfter the number of the last entry its client has, for a session that is resumed.
   */
  constructor(
    readonly roomId: string,
    readonly key: string,
    readonly resumeId: string,
    readonly resumesAfter: number | null,
    connection: PeerConnection,
    private readonly limits: RtcLimits,
    nowMs: number,
  ) {
    this.cursor = resumesAfter ?? 0;
    this.connection = connection;
    this.pingAt = nowMs + limits.pingIntervalMs;
    this.messages = new Rate(limits.messagesPerSecond, limits.messageBurst, nowMs);
    this.bytes = new Rate(limits.bytesPerSecond, limits.byteBurst, nowMs);
  }

  withinRate(bytes: number, nowMs: number): boolean {
    return this.messages.take(1, nowMs) && this.bytes.take(bytes, nowMs);
  }

  /** This message was dropped and will come again: what is numbered higher is not taken before it. */
  expectAgain(id: number): void {
    if (id > this.lastId) this.awaitedId = Math.min(this.awaitedId, id);
  }

  /** Whether no message before this one is awaited. The awaited one itself ends that, whatever becomes of it. */
  inTurn(id: number): boolean {
    if (id > this.awaitedId) return false;
    if (id === this.awaitedId) this.awaitedId = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Whether a report on the connection with this participant is due. It counts as made. */
  takesReport(about: string | undefined, nowMs: number): boolean {
    const last = this.reportedAt.get(about) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - last < this.limits.statsIntervalMs) return false;
    this.reportedAt.set(about, nowMs);
    return true;
  }

  /** Counts a refused message. @returns whether that was one too many. */
  refused(): boolean {
    this.refusals += 1;
    return this.refusals > this.limits.maxRefusals;
  }

  /** Gives the session a frame of the room's log, once and in order. */
  deliver(sequence: number, frame: string): void {
    if (this.held) this.held.push({ sequence, frame });
    else this.pass(sequence, frame);
  }

  /** Until {@link release}, what is delivered waits behind what is read again from the log. */
  hold(): void {
    this.held = [];
  }

  release(missed: readonly Held[]): void {
    const held = this.held ?? [];
    this.held = null;
    for (const { sequence, frame } of missed) this.pass(sequence, frame);
    for (const { sequence, frame } of held) this.pass(sequence, frame);
  }

  tell(message: ServerMessage): void {
    this.send(JSON.stringify(message));
  }

  error(code: ErrorCode, text: string, at: string, refused: Refused = {}): void {
    this.tell({ type: 'error', code, message: text, at, ...refused });
  }

  close(reason: CloseReason): void {
    const connection = this.connection;
    this.connection = null;
    connection?.close(CLOSE_CODES[reason], reason);
  }

  private pass(sequence: number, frame: string): void {
    if (sequence <= this.cursor) return;
    this.cursor = sequence;
    this.send(frame);
  }

  private send(frame: string): void {
    const { connection } = this;
    if (!connection) return;
    if (connection.bufferedAmount > this.limits.maxBufferedBytes) {
      // A close frame would wait behind what is not read. The socket's end is reported like any other loss.
      connection.terminate();
      return;
    }
    connection.send(frame);
  }
}
