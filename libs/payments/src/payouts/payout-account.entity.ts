import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

/** Where a doctor is paid out to: their account at the provider. */
export type PayoutAccount = Selectable<Tables['payoutAccounts']>;

/**
 * `onboarding`: the doctor has not told the provider everything; `restricted`: the provider lets no money go
 * there until it knows more.
 */
export type PayoutAccountStatus = 'onboarding' | 'ready' | 'restricted';

export function payoutAccountStatus({ isReady, detailsSubmitted }: PayoutAccount): PayoutAccountStatus {
  if (isReady) return 'ready';
  return detailsSubmitted ? 'restricted' : 'onboarding';
}
