import type { Currency, Money } from '#kernel';

/** A doctor's account as the provider sees it at one moment. */
export interface AccountSnapshot {
  readonly kind: 'account';
  /** The provider's id. */
  readonly reference: string;
  /** The provider's id of what the doctor has told, where that has one and is known. */
  readonly detailsReference: string | null;
  /** The doctor has told everything that the provider asked at first. */
  readonly detailsSubmitted: boolean;
  /** Money can go there. */
  readonly isReady: boolean;
  /** With an account that is not ready: the provider's code for why. */
  readonly disabledReason: string | null;
  /** What the provider still has to know, as it names it. */
  readonly requirements: readonly string[];
  /** The moment. */
  readonly asOf: Temporal.Instant;
}

/** `made`: the money has left; what comes back of it is `returned`. */
export type TransferStatus = 'pending' | 'made' | 'failed';

/** Money that goes to a doctor's account, as the provider sees it at one moment. */
export interface TransferSnapshot {
  readonly kind: 'transfer';
  readonly reference: string;
  /** Our ids; `null` for a transfer that somebody made in the provider's own dashboard. */
  readonly payoutId: string | null;
  readonly attemptId: string | null;
  readonly status: TransferStatus;
  readonly amount: Money;
  /** What was taken back of it. */
  readonly returned: Money;
  /** What the provider asked for it, in the currency of the platform's account. */
  readonly fee: Money;
  /** With `failed`: the provider's code for why. */
  readonly failureCode: string | null;
}

/** A page of the provider on which a doctor tells who they are and where their bank is. */
export interface OnboardingLink {
  readonly url: string;
  readonly expiresAt: Temporal.Instant;
}

/** Who a doctor is and where their bank is. It is sent on, and not kept. */
export interface PayeeDetails {
  /** As the tax office writes it. */
  readonly legalName: string;
  readonly email: string;
  readonly phone: string;
  /** India's tax number of a person (Permanent Account Number). */
  readonly pan: string;
  readonly address: {
    readonly street: string;
    readonly city: string;
    readonly state: string;
    readonly postalCode: string;
  };
  readonly bank: {
    readonly accountNumber: string;
    /** The branch, as India's banks number them. */
    readonly ifsc: string;
    readonly holder: string;
  };
}

/** The provider asks the doctor itself. */
export interface OnboardingByPage {
  readonly by: 'page';
  /** Opens an account, or finds the one that was opened for the same doctor a short while ago. */
  open(request: { doctorId: string; country: string }): Promise<AccountSnapshot>;
  /** @param returnUrl where the provider sends the doctor's browser afterwards */
  link(reference: string, returnUrl: string): Promise<OnboardingLink>;
}

/** The doctor tells us, and we the provider. */
export interface OnboardingByDetails {
  readonly by: 'details';
  /** Opens an account, or finds the one that was opened for the same doctor. */
  open(request: { doctorId: string; details: PayeeDetails }): Promise<AccountSnapshot>;
  /** Tells the provider, also when it was told something else before. */
  tell(
    account: { readonly reference: string; readonly detailsReference: string | null },
    details: PayeeDetails,
  ): Promise<AccountSnapshot>;
}

/**
 * A provider that pays doctors out. Its methods throw and repeat as those of `PaymentProvider`; none may be
 * called inside a database transaction.
 */
export interface PayoutProvider {
  /** Kept with each account and payout; the name of the payment provider that holds the money. */
  readonly name: string;
  readonly onboarding: OnboardingByPage | OnboardingByDetails;

  retrieveAccount(account: {
    readonly reference: string;
    readonly detailsReference: string | null;
  }): Promise<AccountSnapshot>;

  /** Only multiples of so many minor units can be sent. */
  transferStep(currency: Currency): number;

  /** Sends money to an account, or finds the transfer that was made with the same `attemptId`. */
  transfer(request: {
    payoutId: string;
    attemptId: string;
    /** When the attempt was decided: there is no transfer of it that is older. */
    since: Temporal.Instant;
    accountReference: string;
    amount: Money;
  }): Promise<TransferSnapshot>;
  retrieveTransfer(reference: string): Promise<TransferSnapshot>;
}
