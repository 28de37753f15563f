import type { Currency, Money } from '#kernel';

/** A doctor's account as the provider sees it at one moment. */
export interface AccountSnapshot {
  readonly kind: 'account';
  /** The provider's id. */
  readonly reference: string;
  /** The doctor has told everything that the provider asked at first. */
  readonly detailsSubmitted: boolean;
  /** Money can go there. */
  readonly isReady: boolean;
  /** With an account that is not ready: the provider's code for why. */
  readonly disabledReason: string | null;
  /** The moment. */
  readonly asOf: Temporal.Instant;
}

/** Money that has gone to a doctor's account, as the provider sees it at one moment. */
export interface TransferSnapshot {
  readonly kind: 'transfer';
  readonly reference: string;
  /** Our ids; `null` for a transfer that somebody made in the provider's own dashboard. */
  readonly payoutId: string | null;
  readonly attemptId: string | null;
  readonly amount: Money;
  /** What was taken back of it. */
  readonly returned: Money;
}

/** A page of the provider on which a doctor tells who they are and where their bank is. */
export interface OnboardingLink {
  readonly url: string;
  readonly expiresAt: Temporal.Instant;
}

/**
 * A provider that pays doctors out. Its methods throw and repeat as those of `PaymentProvider`; none may be
 * called inside a database transaction.
 */
export interface PayoutProvider {
  /** Kept with each account and payout; the name of the payment provider that holds the money. */
  readonly name: string;

  /** Opens an account, or finds the one that was opened for the same doctor a short while ago. */
  createAccount(request: { doctorId: string; country: string }): Promise<AccountSnapshot>;
  retrieveAccount(reference: string): Promise<AccountSnapshot>;
  /** @param returnUrl where the provider sends the doctor's browser afterwards */
  onboardingLink(reference: string, returnUrl: string): Promise<OnboardingLink>;

  /** Only multiples of so many minor units can be sent. */
  transferStep(currency: Currency): number;

  /** Sends money to an account, or finds the transfer that was made with the same `attemptId`. */
  transfer(request: {
    payoutId: string;
    attemptId: string;
    accountReference: string;
    amount: Money;
  }): Promise<TransferSnapshot>;
}
