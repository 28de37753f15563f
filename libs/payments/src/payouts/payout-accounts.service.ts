import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { DoctorsService } from '#doctors';
import { type Actor, Clock, notFound, type UserActor } from '#kernel';
import { PracticesService } from '#organizations';
import { Config, Database, Transactional } from '#platform';
import type { Outcome } from '../checkout/settlement.service.ts';
import { isProviderUnavailable } from '../payments.errors.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import type { AccountSnapshot, OnboardingLink, PayoutProvider } from '../providers/payout-provider.ts';
import { assertMayReturnTo } from '../return-url.policy.ts';
import { payeeOf } from './payee.policy.ts';
import type { PayoutAccount } from './payout-account.entity.ts';

/** The accounts that doctors are paid out to. Who they are and where their bank is, only the provider knows. */
@Injectable()
export class PayoutAccountsService {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly providers: PaymentProviders,
    private readonly doctors: DoctorsService,
    private readonly practices: PracticesService,
  ) {}

  /**
   * Opens the doctor's account, once, and gives a link on which the provider asks the doctor for what it must
   * know; again, a fresh link to the same account.
   * @param returnUrl where the doctor's browser goes afterwards, of an allowed origin; the server's own address
   *   when absent
   * @throws not_found `doctor_not_found`; invalid `return_url_not_allowed`; unavailable
   *   `payment_provider_unavailable`
   */
  async open(
    actor: UserActor,
    returnUrl: string = this.config.env.BASE_URL,
  ): Promise<{ account: PayoutAccount; onboarding: OnboardingLink }> {
    assertMayReturnTo(this.config, returnUrl);
    const doctor = await this.doctors.own(actor);
    const provider = this.providers.payouts;
    let account = await this.find(doctor.id, provider.name);
    if (!account) {
      const { country } = await this.practices.get(doctor.organizationId);
      const snapshot = await provider.createAccount({ doctorId: doctor.id, country });
      account = await this.database.transaction(() => this.#keep(actor, doctor, provider, snapshot));
    }
    return { account, onboarding: await provider.onboardingLink(account.providerReference, returnUrl) };
  }

  /**
   * A doctor's own account; an administrator names the doctor. While no money can go there the provider is
   * asked: a doctor who comes back from its page shall not have to wait for its webhook.
   * @throws not_found `doctor_not_found`, `payout_account_not_found`; invalid `doctor_id_required`
   */
  async get(actor: UserActor, doctorId?: string): Promise<PayoutAccount> {
    const doctor = await payeeOf(this.doctors, actor, doctorId);
    const provider = this.providers.payouts;
    const account = await this.find(doctor.id, provider.name);
    if (!account) throw notFound('payout_account');
    if (account.isReady) return account;
    try {
      await this.apply(actor, provider.name, await provider.retrieveAccount(account.providerReference));
    } catch (error) {
      if (!isProviderUnavailable(error)) throw error;
      return account;
    }
    return (await this.find(doctor.id, provider.name)) ?? account;
  }

  async find(practitionerId: string, provider: string): Promise<PayoutAccount | undefined> {
    return this.database.query
      .selectFrom('payoutAccounts')
      .selectAll()
      .where('practitionerId', '=', practitionerId)
      .where('provider', '=', provider)
      .executeTakeFirst();
  }

  /** Brings an account to where its provider says it is; an older word does not undo a newer one. */
  @Transactional()
  async apply(actor: Actor, provider: string, snapshot: AccountSnapshot): Promise<Outcome> {
    const account = await this.database.query
      .selectFrom('payoutAccounts')
      .selectAll()
      .where('provider', '=', provider)
      .where('providerReference', '=', snapshot.reference)
      .forUpdate()
      .executeTakeFirst();
    if (!account) return 'ignored';
    const { detailsSubmitted, isReady, disabledReason, asOf } = snapshot;
    const isOld = Temporal.Instant.compare(asOf, account.asOf) < 0;
    const isSame =
      detailsSubmitted === account.detailsSubmitted &&
      isReady === account.isReady &&
      disabledReason === account.disabledReason;
    if (isOld || isSame) return 'unchanged';
    await this.database.query
      .updateTable('payoutAccounts')
      .set({ detailsSubmitted, isReady, disabledReason, asOf, updatedAt: this.clock.now() })
      .where('practitionerId', '=', account.practitionerId)
      .where('provider', '=', provider)
      .execute();
    if (isReady !== account.isReady) {
      await this.audit.record(actor, {
        action: isReady ? 'payout_account.ready' : 'payout_account.restricted',
        resource: 'payout_account',
        resourceId: account.practitionerId,
        organizationId: account.organizationId,
      });
    }
    return 'applied';
  }

  /** Two clicks at once open one account: the provider gives both the same, and the first to come keeps it. */
  async #keep(
    actor: UserActor,
    { id, organizationId }: { id: string; organizationId: string },
    provider: PayoutProvider,
    { reference, detailsSubmitted, isReady, disabledReason, asOf }: AccountSnapshot,
  ): Promise<PayoutAccount> {
    const now = this.clock.now();
    const row = await this.database.query
      .insertInto('payoutAccounts')
      .values({
        practitionerId: id,
        organizationId,
        provider: provider.name,
        providerReference: reference,
        detailsSubmitted,
        isReady,
        disabledReason,
        asOf,
        createdAt: now,
        updatedAt: now,
      })
      .onConflict((conflict) => conflict.columns(['practitionerId', 'provider']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row) {
      await this.audit.record(actor, {
        action: 'payout_account.opened',
        resource: 'payout_account',
        resourceId: id,
        organizationId,
      });
    }
    const account = row ?? (await this.find(id, provider.name));
    if (!account) throw new Error(`${id} has no payout account.`);
    return account;
  }
}
