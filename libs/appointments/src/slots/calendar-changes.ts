import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '#platform';

/** Longer than this without a look, and everything counts as changed: milliseconds. Notes are kept much longer. */
const MAX_BLIND = 30 * 60_000;

/** What may have changed since the look before. */
export interface Changed {
  /** The practitioners whose hours, visits or profile changed; `undefined` for all. */
  readonly practitionerIds?: readonly string[];
  /** Whether the profiles by which doctors are found changed. */
  readonly profiles: boolean;
}

/**
 * Tells what this process keeps in memory of calendars and profiles when to let go of it (decision 35).
 *
 * Triggers note each change in `calendar_changes`, in the transaction that makes it. A look reads what was noted
 * since the last one, mostly nothing. What a look may have missed is told by transaction ids: a transaction that
 * was running at the last look has an id not below that look's `xmin`, so `changed_in >= xmin` finds it whenever
 * it commits.
 */
@Injectable()
export class CalendarChanges {
  readonly #listeners: ((changed: Changed) => void)[] = [];
  #seenUntil: string | undefined;
  #lookedAt = 0;

  constructor(private readonly database: Database) {}

  /** `forget` is called with each look, before it resolves. */
  onLook(forget: (changed: Changed) => void): void {
    this.#listeners.push(forget);
  }

  /** When it resolves, everything that was committed before the call has been told. */
  async look(): Promise<void> {
    const askedAt = performance.now();
    const since = askedAt - this.#lookedAt < MAX_BLIND ? this.#seenUntil : undefined;
    const { rows } = await sql<{ seenUntil: string; ids: string | null; profiles: boolean | null }>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as seen_until, changed.* from (
        select string_agg(distinct practitioner_id::text, ',') as ids, bool_or(of_profile) as profiles
        from calendar_changes where changed_in >= ${since ?? null}::text::xid8
      ) changed`.execute(this.database.query);
    const [look] = rows;
    if (!look) throw new Error('A look at the changes gives one row.');
    const changed: Changed =
      since === undefined
        ? { profiles: true }
        : { practitionerIds: look.ids?.split(',') ?? [], profiles: look.profiles ?? false };
    for (const forget of this.#listeners) forget(changed);
    // Looks may overtake each other: an older one must not take back what a newer one knows.
    if (since === undefined || BigInt(look.seenUntil) > BigInt(this.#seenUntil ?? 0)) {
      this.#seenUntil = look.seenUntil;
    }
    this.#lookedAt = Math.max(this.#lookedAt, askedAt);
  }
}
