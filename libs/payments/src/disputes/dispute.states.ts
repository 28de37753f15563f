import { stateMachine } from '#kernel';
import type { DisputeStatus } from './dispute.entity.ts';

/**
 * Forward, so that news in any order ends in one place; only an answer that was not enough leads back, by news that
 * is newer. `inquiry`: the bank asks before it takes money; one that ends so is `closed`. A dispute that was lost
 * can be appealed, and won after all.
 */
export const disputeStates = stateMachine<DisputeStatus>('dispute', {
  inquiry: ['needs_response', 'under_review', 'won', 'lost', 'closed'],
  needs_response: ['under_review', 'won', 'lost', 'closed'],
  under_review: ['needs_response', 'won', 'lost', 'closed'],
  won: [],
  lost: ['won'],
  closed: [],
});

/** The bank has the money, or may keep it. */
export const DISPUTING = [
  'needs_response',
  'under_review',
  'lost',
] as const satisfies readonly DisputeStatus[];

/** Nobody knows yet how it ends. */
export const UNDECIDED = [
  'inquiry',
  'needs_response',
  'under_review',
] as const satisfies readonly DisputeStatus[];
