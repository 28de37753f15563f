import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { DoctorsService } from '#doctors';
import { type Actor, Clock, notFound, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import type { Outcome } from '../checkout/settlement.service.ts';
import { isProviderUnavailable } from '../payments.errors.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import type { AccountSnapshot } from '../providers/payout-provider.ts';
import { payeeOf } from './payee.policy.ts';
import type { PayoutAccount } from './payout-account.entity.ts';

/** The accounts that doctors are paid out to. Who they are and where their bank is, only the provider knows. */
@Injectable()
export class PayoutAccountsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly providers: PaymentProviders,
    private readonly doctors: DoctorsService,
  ) {}

  /**
   * A doctor's own account; an administrator names the doctor. While no money can go there the provider is
   * asked: a doctor who comes back from its page shall not have to wait for its webhook.
   * @param currency the doctor's own when absent
   * @throws not_found `doctor_not_found`, `payout_account_not_found`; invalid `doctor_id_required`
   */
  async get(actor: UserActor, doctorId?: string, currency?: string): Promise<PayoutAccount> {
    const doctor = await payeeOf(this.doctors, actor, doctorId);
    const provider = this.providers.payoutsIn(currency ?? doctor.fee.currency);
    const account = await this.find(doctor.id, provider.name);
    if (!account) throw notFound('payout_account');
    if (account.isReady) return account;
    const { providerReference: reference, detailsReference } = account;
    try {
      const snapshot = await provider.retrieveAccount({ reference, detailsReference });
      await this.apply(actor, provider.name, snapshot);
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
    const { detailsSubmitted, isReady, disabledReason, requirements, asOf } = snapshot;
    const detailsReference = snapshot.detailsReference ?? account.detailsReference;
    const isOld = Temporal.Instant.compare(asOf, account.asOf) < 0;
    const isSame =
      detailsReference === account.detailsReference &&
      detailsSubmitted === account.detailsSubmitted &&
      isReady === account.isReady &&
      disabledReason === account.disabledReason &&
      requirements.join() === account.requirements.join();
    if (isOld || isSame) return 'unchanged';
    await this.#change(account, {
      detailsReference,
      detailsSubmitted,
      isReady,
      disabledReason,
      requirements: [...requirements],
      asOf,
    });
    if (isReady !== account.isReady) {
      await this.#trace(actor, account, isReady ? 'ready' : 'restricted');
    }
    return 'applied';
  }

  /** Two clicks at once open one account: the provider gives both the same, and the first to come keeps it. */
  @Transactional()
  async keep(
    actor: UserActor,
    { id, organizationId }: { id: string; organizationId: string },
    provider: string,
    snapshot: AccountSnapshot,
  ): Promise<PayoutAccount> {
    const now = this.clock.now();
    const { reference, detailsReference, detailsSubmitted, isReady, disabledReason, requirements, asOf } =
      snapshot;
    const row = await this.database.query
      .insertInto('payoutAccounts')
      .values({
        practitionerId: id,
        organizationId,
        provider,
        providerReference: reference,
        detailsReference,
        detailsSubmitted,
        isReady,
        disabledReason,
        requirements: [...requirements],
        asOf,
        createdAt: now,
        updatedAt: now,
      })
      .onConflict((conflict) => conflict.columns(['practitionerId', 'provider']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row) await this.#trace(actor, row, 'opened');
    const account = row ?? (await this.find(id, provider));
    if (!account) throw new Error(`${id} has no payout account.`);
    return account;
  }

  /** The provider has been told who the doctor is, and where the bank is whose number ends so. */
  @Transactional()
  async keepTold(
    actor: UserActor,
    account: PayoutAccount,
    snapshot: AccountSnapshot,
    bankAccountLast4: string,
  ): Promise<PayoutAccount> {
    await this.apply(actor, account.provider, snapshot);
    await this.#change(account, { bankAccountLast4 });
    await this.#trace(actor, account, 'details_told');
    return (await this.find(account.practitionerId, account.provider)) ?? account;
  }

  async #change({ practitionerId, provider }: PayoutAccount, changes: Partial<PayoutAccount>): Promise<void> {
    await this.database.query
      .updateTable('payoutAccounts')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('practitionerId', '=', practitionerId)
      .where('provider', '=', provider)
      .execute();
  }

  async #trace(
    actor: Actor,
    { practitionerId, organizationId }: PayoutAccount,
    act: 'opened' | 'details_told' | 'ready' | 'restricted',
  ): Promise<void> {
    await this.audit.record(actor, {
      action: `payout_account.${act}`,
      resource: 'payout_account',
      resourceId: practitionerId,
      organizationId,
    });
  }
}
