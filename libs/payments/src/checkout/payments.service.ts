import { Injectable } from '@nestjs/common';
import type { Actor, Page, PageRequest, Period } from '#kernel';
import { containing, given, pageOf, within } from '#platform';
import { asPayment, type Payment, type PaymentStatus } from './payment.entity.ts';
import { PaymentReader } from './payment-reader.ts';

export interface PaymentFilter {
  readonly status?: PaymentStatus;
  readonly appointmentId?: string;
  readonly practitionerId?: string;
  /** Matches the provider's reference. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt' | 'amount'; readonly descending: boolean };
}

@Injectable()
export class PaymentsService {
  constructor(private readonly payments: PaymentReader) {}

  /** @throws not_found `transaction_not_found`, also for a payment that the actor may not see */
  visible(actor: Actor, id: string): Promise<Payment> {
    return this.payments.visible(actor, id);
  }

  /** What the actor paid, or was paid for; an administrator sees all. Newest first unless asked otherwise. */
  async list(actor: Actor, filter: PaymentFilter, page: PageRequest): Promise<Page<Payment>> {
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.matching(actor, filter)
        .orderBy(`payments.${by}`, descending ? 'desc' : 'asc')
        .orderBy('payments.id'),
      page,
    );
    return { ...found, items: found.items.map(asPayment) };
  }

  /** What `list` finds, in no order. */
  matching(actor: Actor, { status, appointmentId, practitionerId, search, created, updated }: PaymentFilter) {
    return this.payments
      .visibleTo(actor)
      .where((eb) =>
        eb.and(
          given([
            status && eb('payments.status', '=', status),
            appointmentId && eb('payments.appointmentId', '=', appointmentId),
            practitionerId && eb('payments.practitionerId', '=', practitionerId),
            search && eb('payments.providerReference', 'ilike', containing(search)),
            ...within('payments.createdAt', created),
            ...within('payments.updatedAt', updated),
          ]),
        ),
      );
  }
}
