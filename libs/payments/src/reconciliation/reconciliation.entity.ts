import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

/** A comparison of what a provider says of the last days with what stands here. */
export type Reconciliation = Selectable<Tables['reconciliations']>;

/** Something that was not as the provider says; repaired, or with the problem that is left. */
export type Finding = Selectable<Tables['reconciliationFindings']>;

/** What is still not the same. */
export type Problem =
  /** The provider keeps an id of ours that is not here. */
  | 'unknown_payment'
  | 'unknown_refund'
  | 'unknown_dispute'
  | 'status_differs'
  | 'amount_differs'
  /** The books say something else than the record. */
  | 'ledger_differs'
  /** It stands here, and the provider does not know it. */
  | 'missing_at_provider'
  /** What the provider says could not be taken in. */
  | 'not_applied';
