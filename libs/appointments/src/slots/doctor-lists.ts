import { Injectable } from '@nestjs/common';
import { CalendarChanges } from './calendar-changes.ts';
import { DoctorList } from './doctor-list.ts';

/** How many lists are kept: each may name every doctor, ten thousand of whom take about a megabyte. */
const MAX_KEPT = 32;

/**
 * Which doctors a filter finds, kept in memory until any profile changes (decision 35). A search by free slot
 * needs the ids of all of them, be it ten thousand, to show the twenty who are free first; and most searches ask
 * what others have asked a moment ago.
 */
@Injectable()
export class DoctorLists {
  readonly #kept = new Map<string, Promise<DoctorList>>();

  constructor(private readonly changes: CalendarChanges) {
    changes.onLook(({ practitionerIds, profiles }) => {
      if (profiles) this.#kept.clear();
      if (!practitionerIds?.length) return;
      // A list that is still being read looks at no calendar before it is told.
      for (const list of this.#kept.values())
        void list.then(
          (known) => known.forget(practitionerIds),
          () => {},
        );
    });
  }

  /**
   * The list of that name.
   * @param name says all that the list depends on, besides the profiles.
   * @param read is called where no list is kept, or a profile has changed.
   */
  async of(name: string, read: () => Promise<readonly string[]>): Promise<DoctorList> {
    await this.changes.look();
    const kept = this.#kept.get(name) ?? read().then((ids) => new DoctorList(ids));
    // The list that was used last is the last to go.
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(oldest);
    }
    try {
      return await kept;
    } catch (error) {
      if (this.#kept.get(name) === kept) this.#kept.delete(name);
      throw error;
    }
  }
}
