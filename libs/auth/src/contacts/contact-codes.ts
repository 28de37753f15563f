import { Injectable } from '@nestjs/common';
import { Clock, newId } from '#kernel';
import { Database, Jobs } from '#platform';
import { tooManyCodes } from '../auth.errors.ts';
import { SendCode } from '../queues.ts';

export type ContactChannel = 'phone' | 'email';

/** How long a code works. */
export const CODE_MINUTES = 10;
/** How often a code may be guessed at before it is void. */
export const CODE_ATTEMPTS = 5;
const PAUSE = Temporal.Duration.from({ seconds: 30 });
const CODES_PER_HOUR = 5;
const HOUR = Temporal.Duration.from({ hours: 1 });

export interface SentCode {
  readonly expiresAt: Temporal.Instant;
  /** The earliest instant at which another may be asked for. */
  readonly resendAt: Temporal.Instant;
}

interface Contact {
  readonly userId: string;
  readonly channel: ContactChannel;
  /** A phone number in E.164, or an e-mail address. */
  readonly recipient: string;
}

/** Sends codes, as often as is polite: neither a user nor the owner of a number gets more. */
@Injectable()
export class ContactCodes {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
  ) {}

  /**
   * Sends a code, which makes the one before void. Called in a transaction; the message leaves when it has
   * committed.
   * @throws rate_limited `too_many_codes`
   */
  async send(contact: Contact): Promise<SentCode> {
    const { userId, channel, recipient } = contact;
    await this.database.lock(`contact-codes:${userId}`, `contact-codes:${recipient}`);
    const now = this.clock.now();
    const sent = await this.#lastHour(contact, now);
    const byUser = sent.filter((code) => code.userId === userId).map(({ createdAt }) => createdAt);
    const toRecipient = sent.filter((code) => code.recipient === recipient).map(({ createdAt }) => createdAt);
    const earliest = latest([nextAfter(byUser), nextAfter(toRecipient)]);
    if (earliest && Temporal.Instant.compare(earliest, now) > 0) throw tooManyCodes(now.until(earliest));

    const id = newId();
    const expiresAt = now.add({ minutes: CODE_MINUTES });
    await this.database.query
      .updateTable('contactCodes')
      .set({ closedAt: now })
      .where('userId', '=', userId)
      .where('channel', '=', channel)
      .where('closedAt', 'is', null)
      .execute();
    await this.database.query
      .insertInto('contactCodes')
      .values({ id, ...contact, createdAt: now, expiresAt })
      .execute();
    await this.jobs.send(SendCode, { codeId: id });
    const resendAt = latest([nextAfter([...byUser, now]), nextAfter([...toRecipient, now])]) ?? now;
    return { expiresAt, resendAt };
  }

  /** Oldest first. */
  async #lastHour({ userId, channel, recipient }: Contact, now: Temporal.Instant) {
    return this.database.query
      .selectFrom('contactCodes')
      .select(['userId', 'recipient', 'createdAt'])
      .where('channel', '=', channel)
      .where((eb) => eb.or([eb('userId', '=', userId), eb('recipient', '=', recipient)]))
      .where('createdAt', '>', now.subtract(HOUR))
      .orderBy('createdAt')
      .execute();
  }
}

/** When the next code may follow those that were sent in the last hour. */
function nextAfter(sent: readonly Temporal.Instant[]): Temporal.Instant | undefined {
  const paused = sent.at(-1)?.add(PAUSE);
  const full = sent.at(-CODES_PER_HOUR)?.add(HOUR);
  return latest([paused, full]);
}

function latest(instants: readonly (Temporal.Instant | undefined)[]): Temporal.Instant | undefined {
  return instants
    .filter((instant) => instant !== undefined)
    .toSorted((a, b) => Temporal.Instant.compare(a, b))
    .at(-1);
}
