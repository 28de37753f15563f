import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

/** What a patient says of a visit that took place. */
export type Review = Selectable<Tables['reviews']>;

export type ReviewStatus = Review['status'];

export type ReportReason = Selectable<Tables['reviewReports']>['reason'];

/** That somebody finds a review should not be public. */
export interface ReviewReport {
  readonly id: string;
  readonly reviewId: string;
  readonly reporterId: string;
  readonly reason: ReportReason;
  readonly note: string | null;
  readonly createdAt: Temporal.Instant;
  /** When an administrator had looked at it; `null` while nobody has. */
  readonly closedAt: Temporal.Instant | null;
}

/** How many stars a doctor was given how often, by what is published. */
export interface RatingSummary {
  /** The mean to one decimal; `null` before the first review. */
  readonly rating: number | null;
  readonly count: number;
  /** How many reviews gave one star, two, … five. */
  readonly counts: readonly [number, number, number, number, number];
}
