import { Injectable } from '@nestjs/common';
import { type Doctor, DoctorsService } from '#doctors';
import type { UserActor } from '#kernel';
import { PracticesService } from '#organizations';
import { Config } from '#platform';
import { payoutDetailsRefused, payoutDetailsRequired, payoutDetailsUnasked } from '../payments.errors.ts';
import { ProviderRefusal } from '../providers/payment-provider.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import type {
  OnboardingByDetails,
  OnboardingByPage,
  OnboardingLink,
  PayeeDetails,
} from '../providers/payout-provider.ts';
import { assertMayReturnTo } from '../return-url.policy.ts';
import type { PayoutAccount } from './payout-account.entity.ts';
import { PayoutAccountsService } from './payout-accounts.service.ts';

export interface Onboarding {
  /** The doctor's own when absent. */
  readonly currency?: string;
  /** Where the doctor's browser goes afterwards, of an allowed origin; the server's own address when absent. */
  readonly returnUrl?: string;
  /** For a provider that asks the doctor nothing itself. */
  readonly details?: PayeeDetails;
}

const LAST_DIGITS = 4;

/**
 * Opens the accounts that doctors are paid out to. Some providers ask the doctor themselves; for the others the
 * doctor tells us, and we tell the provider: of it all only the end of the account's number is kept here.
 */
@Injectable()
export class PayoutOnboardingService {
  constructor(
    private readonly config: Config,
    private readonly providers: PaymentProviders,
    private readonly doctors: DoctorsService,
    private readonly practices: PracticesService,
    private readonly accounts: PayoutAccountsService,
  ) {}

  /**
   * Opens the doctor's account for a currency, once, and gives a link on which the provider asks the doctor for what
   * it must know; again, a fresh link to the same account. Where the provider has no such page it is told what the
   * doctor tells here; again, what has changed.
   * @throws not_found `doctor_profile_not_found`; invalid `return_url_not_allowed`, `payout_details_required`,
   *   `payout_details_unasked`; conflict `payout_details_refused`; unavailable `payment_provider_unavailable`
   */
  async open(
    actor: UserActor,
    { currency, returnUrl = this.config.env.BASE_URL, details }: Onboarding,
  ): Promise<{ account: PayoutAccount; onboarding: OnboardingLink | null }> {
    assertMayReturnTo(this.config, returnUrl);
    const doctor = await this.doctors.own(actor);
    const { name, onboarding } = this.providers.payoutsIn(currency ?? doctor.fee.currency);
    if (onboarding.by === 'page') {
      // What nobody asked for is not to travel: the number of a bank account least of all.
      if (details) throw payoutDetailsUnasked();
      const account = await this.#opened(actor, doctor, name, onboarding);
      return { account, onboarding: await onboarding.link(account.providerReference, returnUrl) };
    }
    if (!details) throw payoutDetailsRequired();
    return { account: await this.#told(actor, doctor, name, onboarding, details), onboarding: null };
  }

  async #opened(
    actor: UserActor,
    doctor: Doctor,
    provider: string,
    onboarding: OnboardingByPage,
  ): Promise<PayoutAccount> {
    const known = await this.accounts.find(doctor.id, provider);
    if (known) return known;
    const { country } = await this.practices.get(doctor.organizationId);
    const snapshot = await onboarding.open({ doctorId: doctor.id, country });
    return this.accounts.keep(actor, doctor, provider, snapshot);
  }

  async #told(
    actor: UserActor,
    doctor: Doctor,
    provider: string,
    onboarding: OnboardingByDetails,
    details: PayeeDetails,
  ): Promise<PayoutAccount> {
    try {
      const account =
        (await this.accounts.find(doctor.id, provider)) ??
        (await this.accounts.keep(
          actor,
          doctor,
          provider,
          await onboarding.open({ doctorId: doctor.id, details }),
        ));
      const { providerReference: reference, detailsReference } = account;
      const snapshot = await onboarding.tell({ reference, detailsReference }, details);
      const last4 = details.bank.accountNumber.slice(-LAST_DIGITS);
      return await this.accounts.keepTold(actor, account, snapshot, last4);
    } catch (error) {
      if (error instanceof ProviderRefusal) throw payoutDetailsRefused(error.code, error.field);
      throw error;
    }
  }
}
