import { Injectable } from '@nestjs/common';
import { type Actor, notFound } from '#kernel';
import { Database } from '#platform';
import type { PaymentSnapshot } from '../providers/payment-provider.ts';
import { asPayment, PAYMENT_COLUMNS, type Payment } from './payment.entity.ts';
import { maySee } from './payments.policy.ts';

/** Reads payments, and says which ones an actor may see. */
@Injectable()
export class PaymentReader {
  constructor(private readonly database: Database) {}

  visibleTo(actor: Actor) {
    return this.#all().where(maySee(actor));
  }

  /** @throws not_found `transaction_not_found`, also for a payment that the actor may not see */
  async visible(actor: Actor, id: string): Promise<Payment> {
    const row = await this.visibleTo(actor).where('payments.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('transaction');
    return asPayment(row);
  }

  /** The payment of a visit that may still succeed or has succeeded; none whose money came beside another's. */
  async ofVisit(appointmentId: string): Promise<Payment | undefined> {
    const row = await this.#ofVisit(appointmentId).executeTakeFirst();
    return row && asPayment(row);
  }

  /** The payment that a snapshot is about, locked. By our own id as long as the reference is not known here. */
  async lockedOf(provider: string, { reference, paymentId }: PaymentSnapshot): Promise<Payment | undefined> {
    const row = await this.#all()
      .where('payments.provider', '=', provider)
      .where((eb) =>
        eb.or([
          eb('payments.providerReference', '=', reference),
          eb.and([eb('payments.id', '=', paymentId), eb('payments.providerReference', 'is', null)]),
        ]),
      )
      .forUpdate()
      .executeTakeFirst();
    return row && asPayment(row);
  }

  async byReference(provider: string, reference: string): Promise<Payment | undefined> {
    const row = await this.#all()
      .where('payments.provider', '=', provider)
      .where('payments.providerReference', '=', reference)
      .executeTakeFirst();
    return row && asPayment(row);
  }

  /** As `visible` for the system, and nobody else changes the payment before the transaction ends. */
  async locked(id: string): Promise<Payment> {
    const row = await this.#all().where('payments.id', '=', id).forUpdate().executeTakeFirst();
    if (!row) throw notFound('transaction');
    return asPayment(row);
  }

  async lockedOfVisit(appointmentId: string): Promise<Payment | undefined> {
    const row = await this.#ofVisit(appointmentId).forUpdate().executeTakeFirst();
    return row && asPayment(row);
  }

  #all() {
    return this.database.query.selectFrom('payments').select(PAYMENT_COLUMNS);
  }

  #ofVisit(appointmentId: string) {
    return this.#all()
      .where('payments.appointmentId', '=', appointmentId)
      .where('payments.status', '<>', 'cancelled')
      .where('payments.isSurplus', '=', false);
  }
}
