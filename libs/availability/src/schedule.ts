/** Wall-clock time of day, 'HH:MM' or 'HH:MM:00'; '24:00' is the end of the day. */
export type WallTime = string;

/** Calendar date, 'YYYY-MM-DD'. */
export type LocalDate = string;

/** A pause inside the hours of a rule. */
export interface Break {
  readonly start: WallTime;
  readonly end: WallTime;
}

/** Opened hours of one day, cut into slots of `slotMinutes` with a gap of `bufferMinutes` after each. */
export interface Hours {
  readonly startTime: WallTime;
  readonly endTime: WallTime;
  readonly slotMinutes: number;
  readonly bufferMinutes?: number | null;
}

/** Hours that return every week, kept as the wall clock of `zone` shows them. */
export interface WeeklyRule extends Hours {
  readonly id?: string;
  /** ISO weekday: Monday is 1, Sunday is 7. */
  readonly weekday: number;
  readonly breaks: readonly Break[];
  /** IANA time zone name. */
  readonly zone: string;
  /** First date on which the rule holds; without it the rule has always held. */
  readonly validFrom?: LocalDate | null;
  /** Last date on which the rule holds, inclusive; without it the rule never ends. */
  readonly validUntil?: LocalDate | null;
}

/** Time away. Without times it is the whole local day. */
export interface TimeOff {
  readonly kind: 'off';
  readonly date: LocalDate;
  readonly zone: string;
  readonly startTime?: WallTime | null;
  readonly endTime?: WallTime | null;
}

/** Hours opened on one date, beside the weekly ones. */
export interface ExtraHours extends Hours {
  readonly id?: string;
  readonly kind: 'extra';
  readonly date: LocalDate;
  readonly zone: string;
}

export type DateException = TimeOff | ExtraHours;

/**
 * All that says when one practitioner works. The more exact statement wins:
 * weekly rules, less whole days off, plus extra hours, less ranges off.
 */
export interface Schedule {
  readonly rules: readonly WeeklyRule[];
  readonly exceptions: readonly DateException[];
}
