import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LoginsService, type RequestOrigin } from '#auth';
import { Clock, type UserActor } from '#kernel';
import { Database } from '#platform';
import { ticketInvalid } from '../notifications.errors.ts';

export interface StreamTicket {
  readonly ticket: string;
  readonly expiresAt: Temporal.Instant;
}

/** How long a ticket waits to be used. It travels in an address, which others write down. */
const TICKET_SECONDS = 30;
const TICKET_BYTES = 32;

/** Let a client that cannot send a header, a browser's EventSource, open the stream once. */
@Injectable()
export class StreamTicketsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logins: LoginsService,
  ) {}

  async issue(actor: UserActor): Promise<StreamTicket> {
    const now = this.clock.now();
    await this.database.query.deleteFrom('notificationStreamTickets').where('expiresAt', '<', now).execute();
    const ticket = randomBytes(TICKET_BYTES).toString('base64url');
    const expiresAt = now.add({ seconds: TICKET_SECONDS });
    await this.database.query
      .insertInto('notificationStreamTickets')
      .values({
        ticketHash: digest(ticket),
        userId: actor.userId,
        sessionId: actor.sessionId ?? null,
        issuedAt: now,
        expiresAt,
      })
      .execute();
    return { ticket, expiresAt };
  }

  /**
   * Turns a ticket into the actor that it was issued to, once.
   * @throws unauthenticated `ticket_invalid`, `session_ended`
   */
  async redeem(ticket: string, origin: RequestOrigin): Promise<UserActor> {
    const used = await this.database.query
      .deleteFrom('notificationStreamTickets')
      .where('ticketHash', '=', digest(ticket))
      .returning(['userId', 'sessionId', 'issuedAt', 'expiresAt'])
      .executeTakeFirst();
    if (!used || Temporal.Instant.compare(used.expiresAt, this.clock.now()) <= 0) throw ticketInvalid();
    const { userId, sessionId } = used;
    return this.logins.actorOf({ userId, ...(sessionId && { sessionId }), since: used.issuedAt }, origin);
  }
}

function digest(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest();
}
