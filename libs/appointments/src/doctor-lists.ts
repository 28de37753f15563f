import { Injectable } from '@nestjs/common';
import { CalendarChanges } from './calendar-changes.ts';

/** How many lists are kept: each may name every doctor. */
const MAX_KEPT = 16;

/**
 * Which doctors a filter finds, kept in memory until any profile changes (decision 35). A search by free slot
 * needs the ids of all of them, be it ten thousand, to show the twenty who are free first.
 */
@Injectable()
export class DoctorLists {
  readonly #kept = new Map<string, Promise<readonly string[]>>();

  constructor(private readonly changes: CalendarChanges) {
    changes.onLook(({ profiles }) => {
      if (profiles) this.#kept.clear();
    });
  }

  /**
   * The list of that name.
   * @param name says all that the list depends on, besides the profiles.
   * @param read is called where no list is kept, or a profile has changed.
   */
  async of(name: string, read: () => Promise<readonly string[]>): Promise<readonly string[]> {
    await this.changes.look();
    const kept = this.#kept.get(name) ?? read();
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
