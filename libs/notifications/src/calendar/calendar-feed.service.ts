import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Clock } from '#kernel';
import { Database } from '#platform';
import { publishedCalendar } from './appointment-invitation.ts';
import { hashOf } from './calendar-feed-keys.service.ts';
import { type CalendarVisit, VisitEntries } from './visit-entries.ts';

/** How long a visit that is over stays in the calendar. */
const PAST_DAYS = 60;
/** More than anybody has to come; the soonest are in it. */
const MOST = 1000;

/** Somebody whose calendar may be read, because their address was known. */
export interface CalendarFeed {
  readonly userId: string;
  readonly language: string;
}

export interface CalendarFile {
  readonly content: string;
  /** The same for the same content. */
  readonly hash: string;
  /** When the content was found to be another than before. */
  readonly changedAt: Temporal.Instant;
}

/** What a calendar program gets that subscribes to somebody's visits. Reads nothing of what they are about. */
@Injectable()
export class CalendarFeeds {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly entries: VisitEntries,
  ) {}

  /** Whose address this is; nobody's when it was ended, or when the account is shut. */
  async withToken(token: string): Promise<CalendarFeed | undefined> {
    return this.database.query
      .selectFrom('calendarFeeds as feed')
      .innerJoin('users as owner', 'owner.id', 'feed.userId')
      .select(['feed.userId', 'owner.language'])
      .where('feed.tokenHash', '=', hashOf(token))
      .where('owner.status', '=', 'active')
      .executeTakeFirst();
  }

  async read({ userId, language }: CalendarFeed): Promise<CalendarFile> {
    const visits = await this.#visits(userId);
    const entries = visits.map((visit) => this.entries.entry(visit, language));
    const content = publishedCalendar(this.entries.title(language), entries);
    const hash = createHash('sha256').update(content).digest();
    const now = this.clock.now();
    // A client compares whole seconds, so each change needs a second of its own.
    const { changedAt } = await this.database.query
      .updateTable('calendarFeeds')
      .set({
        contentHash: hash,
        lastReadAt: now,
        changedAt: sql`case when content_hash is distinct from ${hash}
          then greatest(${now}, changed_at + interval '1 second') else changed_at end`,
      })
      .where('userId', '=', userId)
      .returning('changedAt')
      .executeTakeFirstOrThrow();
    return { content, hash: hash.toString('base64url'), changedAt };
  }

  /** Confirmed visits of the charts that the account acts for and of the doctor that it is, by their beginning. */
  async #visits(userId: string): Promise<CalendarVisit[]> {
    const rows = await this.database.query
      .selectFrom('appointments as visit')
      .innerJoin('doctors as doctor', 'doctor.id', 'visit.practitionerId')
      .leftJoin('rooms as room', 'room.appointmentId', 'visit.id')
      .select([
        'visit.id',
        'visit.sequence',
        'visit.startsAt',
        'visit.endsAt',
        'visit.updatedAt',
        'visit.status',
        'doctor.name as doctorName',
        'doctor.userId as doctorUserId',
        'room.id as roomId',
      ])
      .where(
        sql<boolean>`(visit.patient_id = any(array(select id from patients where account_user_id = ${userId}))
          or visit.practitioner_id = any(array(select id from doctors where user_id = ${userId})))`,
      )
      .where('visit.status', 'in', ['scheduled', 'arrived', 'in_progress', 'completed'])
      .where('visit.endsAt', '>', this.clock.now().subtract({ hours: PAST_DAYS * 24 }))
      .orderBy('visit.startsAt')
      .orderBy('visit.id')
      .limit(MOST)
      .execute();
    return rows.map(({ status, doctorUserId, roomId, ...visit }) => ({
      ...visit,
      side: doctorUserId === userId ? 'doctor' : 'patient',
      isCancelled: false,
      roomId: status === 'completed' ? null : roomId,
    }));
  }
}
