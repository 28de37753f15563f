/** Everything that stands on a printed summary of a chart. Texts are plain; any length is laid out. */
export interface SummaryDocument {
  readonly patient: {
    readonly name: string;
    readonly dateOfBirth: Temporal.PlainDate | null;
    readonly sex: string | null;
  };
  /** When something in it was last changed. */
  readonly changedAt: Temporal.Instant;
  readonly sections: readonly SummarySection[];
}

export interface SummarySection {
  readonly title: string;
  readonly entries: readonly SummaryEntry[];
  /** What stands there instead of entries: that nobody has asked is not that there is nothing. */
  readonly empty: string;
}

export interface SummaryEntry {
  readonly lead: string;
  /** May have several lines. */
  readonly text: string;
  /** What a reader must not overlook. */
  readonly alarming?: boolean;
}
