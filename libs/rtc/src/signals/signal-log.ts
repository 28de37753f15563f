import type { LogBounds, LogContent, LogEntry } from '#platform';
import type { RelayedMessage } from '../protocol/protocol.ts';
import { type ParticipantRecord, type Recipient, sees, viewOf } from '../rooms/participant.ts';
import type { LeftReason } from '../rooms/room-directory.ts';

/**
 * Every room has one log, and everything that happens in the room is an entry of it: what participants say
 * and what the server tells. Its numbers are the `seq` of the wire, so all participants see one order, and
 * who was away reads on from the last number they have.
 *
 * What a participant says is passed on without being written anew. Its entry becomes text only on its way to
 * another process, for speed:
 *
 *     r<from>|<to>|<instance>|<id>|"at":"…","from":"…","type":"offer",…}      relayed
 *     s{"type":"participant-joined","at":"…","record":{…}}                    told by the server
 */
export type Told =
  | {
      /** `admission` is a presence in which `admitted` has changed. */
      readonly type: RecordChange;
      readonly at: string;
      readonly record: ParticipantRecord;
    }
  | {
      readonly type: 'participant-left';
      readonly at: string;
      readonly participantId: string;
      readonly instance: string;
      readonly reason: LeftReason;
    }
  | { readonly type: 'admitted'; readonly at: string }
  /** For the processes: the place in the queue is to be looked up anew. */
  | { readonly type: 'waiting-changed'; readonly at: string }
  | { readonly type: 'ended'; readonly at: string; readonly reason: string };

export type RecordChange = 'participant-joined' | 'presence' | 'admission';

export class Relayed {
  readonly type = 'relayed';

  constructor(
    readonly from: string,
    /** Empty for everyone else in the room. */
    readonly to: string,
    readonly instance: string,
    /** 0 where the sender does not count. */
    readonly id: number,
    /** The frame without its beginning, which carries the number. */
    readonly tail: string,
  ) {}

  static read(text: string): Relayed {
    const from = text.indexOf('|');
    const to = text.indexOf('|', from + 1);
    const instance = text.indexOf('|', to + 1);
    const id = text.indexOf('|', instance + 1);
    return new Relayed(
      text.slice(1, from),
      text.slice(from + 1, to),
      text.slice(to + 1, instance),
      Number(text.slice(instance + 1, id)),
      text.slice(id + 1),
    );
  }

  toString(): string {
    return `r${this.from}|${this.to}|${this.instance}|${this.id}|${this.tail}`;
  }
}

const RELAYED = 'r'.charCodeAt(0);

/** How long a room's log outlives its last entry. */
const LOG_TTL_SECONDS = 2 * 60 * 60;

export const logOf = (roomId: string): string => `rtc:${roomId}`;

/** Beside the log, whose the sessions were that are over: a field for each, named by the hash of its resume id. */
export const formerSessionsOf = (roomId: string): string => `rtc-former:${roomId}`;

export const boundsOf = (replayLength: number): LogBounds => ({
  maxLength: replayLength,
  ttlSeconds: LOG_TTL_SECONDS,
});

/**
 * @param raw the sender's frame, as it came; `message` is what it was checked to contain. Since `at`,
 * `from` and `seq` are not among the names a client may use, what the server puts before cannot be
 * contradicted by what follows.
 */
export function relayedEntry(
  sender: { readonly participantId: string; readonly instance: string },
  raw: string,
  message: RelayedMessage,
  at: string,
): Relayed {
  const { participantId, instance } = sender;
  const rest = raw.slice(raw.indexOf('{') + 1);
  const tail = `"at":"${at}","from":"${participantId}",${rest}`;
  return new Relayed(participantId, message.to ?? '', instance, message.id ?? 0, tail);
}

export function toldEntry(told: Told): string {
  return `s${JSON.stringify(told)}`;
}

export function readEntry(content: LogContent): Relayed | Told {
  if (content instanceof Relayed) return content;
  const text = String(content);
  return text.charCodeAt(0) === RELAYED ? Relayed.read(text) : (JSON.parse(text.slice(1)) as Told);
}

/** The frame that tells this recipient of the entry, or `null` when it is not for them. */
export function frameOf(sequence: number, content: Relayed | Told, recipient: Recipient): string | null {
  const self = recipient.participantId;
  switch (content.type) {
    case 'relayed':
      if (!recipient.admitted || content.from === self) return null;
      if (content.to !== '' && content.to !== self) return null;
      return `{"seq":${sequence},${content.tail}`;
    case 'participant-joined':
    case 'presence':
    case 'admission': {
      const { at, record } = content;
      const told = content.type === 'admission' ? 'presence' : content.type;
      if (record.participantId === self) {
        if (content.type !== 'admission') return null;
        const type = record.admitted ? 'admitted' : 'returned-to-waiting';
        return JSON.stringify({ seq: sequence, at, type });
      }
      if (!sees(recipient, record)) return null;
      const participant = viewOf(record, recipient);
      return JSON.stringify({ seq: sequence, at, type: told, participant });
    }
    case 'participant-left': {
      if (content.participantId === self) return null;
      const { at, type, participantId, instance, reason } = content;
      return JSON.stringify({ seq: sequence, at, type, participant_id: participantId, instance, reason });
    }
    case 'admitted':
      if (!recipient.admitted) return null;
      return JSON.stringify({ seq: sequence, ...content });
    case 'waiting-changed':
      return null;
    case 'ended':
      return JSON.stringify({ seq: sequence, ...content });
  }
}

/**
 * Knows the highest message id of each sender's session. A client that resumes sends again what may not
 * have arrived; where it had arrived after all, perhaps on another process, the log holds it twice and the
 * second is skipped by all who read it.
 */
export class SenderCounts {
  private readonly counts = new Map<string, { instance: string; id: number }>();

  /** Whether this was not seen before; remembers it. */
  isNew(message: Relayed): boolean {
    if (message.id === 0) return true;
    const count = this.counts.get(message.from);
    if (count?.instance !== message.instance) {
      this.counts.set(message.from, { instance: message.instance, id: message.id });
      return true;
    }
    if (message.id <= count.id) return false;
    count.id = message.id;
    return true;
  }

  highest(participantId: string, instance: string): number {
    const count = this.counts.get(participantId);
    return count?.instance === instance ? count.id : 0;
  }
}

/** What a recipient is to hear of a stretch of the log. */
export interface Heard {
  readonly frames: { readonly sequence: number; readonly frame: string }[];
  /** The highest message id that the stretch has of the recipient's own. */
  readonly receivedId: number;
}

/**
 * The frames for a recipient after the entry `after`, in order and none twice. Who was kept waiting for a
 * while does not get what the others said meanwhile.
 */
export function framesAfter(
  entries: readonly LogEntry[],
  after: number,
  recipient: Recipient & { readonly instance: string },
): Heard {
  const counts = new SenderCounts();
  const contents = entries.map(({ sequence, content }) => ({ sequence, content: readEntry(content) }));
  const frames: { sequence: number; frame: string }[] = [];
  let admitted = admittedAtFirst(contents, recipient);
  for (const { sequence, content } of contents) {
    if (content.type === 'relayed' && !counts.isNew(content)) continue;
    if ('record' in content && content.record.participantId === recipient.participantId) {
      admitted = content.record.admitted;
    }
    if (sequence <= after) continue;
    const frame = frameOf(sequence, content, { ...recipient, admitted });
    if (frame) frames.push({ sequence, frame });
  }
  return { frames, receivedId: counts.highest(recipient.participantId, recipient.instance) };
}

/** @returns `null` when the log does not reach back to `after`. */
export function missedFrames(
  remembered: readonly LogEntry[],
  after: number,
  recipient: Recipient & { readonly instance: string },
): Heard | null {
  if (!remembered.some((entry) => entry.sequence === after)) return null;
  return framesAfter(remembered, after, recipient);
}

function admittedAtFirst(
  entries: readonly { readonly content: Relayed | Told }[],
  recipient: Recipient,
): boolean {
  for (const { content } of entries) {
    if (!('record' in content) || content.record.participantId !== recipient.participantId) continue;
    return content.type === 'admission' ? !content.record.admitted : content.record.admitted;
  }
  return recipient.admitted;
}
