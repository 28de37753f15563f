import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { Clock, notFound, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import { DeliveryFailed, type Parcel } from '../channels/channel.ts';
import { DeliveryChannels } from '../channels/delivery-channels.ts';
import type { NotificationType } from '../feed/notification.entity.ts';
import type { Channel } from '../feed/notification-groups.ts';
import { Deliver } from '../queues.ts';
import { type Delivery, type DeliveryStatus, deliveryStates } from './delivery.states.ts';

/** After so many attempts nobody tries again by themselves: about two hours. */
const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_SECONDS = 2;
const PAUSE_FACTOR = 4;
const LONGEST_PAUSE_SECONDS = 3600;

export interface DeliveryFilter {
  readonly status?: DeliveryStatus;
  readonly channel?: Channel;
  readonly userId?: string;
  readonly type?: NotificationType;
  /** Matches where it went: an address or a number. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt'; readonly descending: boolean };
}

const COLUMNS = [
  'delivery.id',
  'delivery.notificationId',
  'delivery.channel',
  'delivery.recipient',
  'delivery.status',
  'delivery.dueAt',
  'delivery.attempts',
  'delivery.sentAt',
  'delivery.failure',
  'delivery.createdAt',
  'delivery.updatedAt',
  'notification.userId',
  'notification.type',
] as const;

/** Notifications on their way out: each is tried until it has left, or until it is clear that it will not. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
    private readonly channels: DeliveryChannels,
  ) {}

  /**
   * Tries one delivery. At least once: a process that dies after the provider took it and before the row says
   * so tries again.
   */
  async attempt(deliveryId: string): Promise<void> {
    const delivery = await this.database.query
      .selectFrom('notificationDeliveries as delivery')
      .innerJoin('notifications as notification', 'notification.id', 'delivery.notificationId')
      .select([
        'delivery.channel',
        'delivery.status',
        'delivery.attempts',
        'delivery.recipient',
        'delivery.subject',
        'delivery.body',
        'delivery.link',
        'delivery.invitation',
        'notification.id as notificationId',
        'notification.type',
      ])
      .where('delivery.id', '=', deliveryId)
      .executeTakeFirst();
    if (!delivery || !deliveryStates.can(delivery.status, 'sent')) return;
    const { channel, status, attempts, type, ...rest } = delivery;
    const parcel: Parcel = { deliveryId, ...rest, type: type as NotificationType };
    const failure = await this.channels.deliver(channel, parcel).then(
      () => null,
      (error: unknown) => {
        if (error instanceof DeliveryFailed) return error;
        throw error;
      },
    );
    await this.record(deliveryId, status, attempts + 1, failure);
  }

  /** How each delivery of the platform went, newest first unless asked otherwise, for administrators. */
  async list(_actor: UserActor, filter: DeliveryFilter, page: PageRequest): Promise<Page<Delivery>> {
    const { status, channel, userId, type, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.#deliveries()
        .where((eb) =>
          eb.and(
            given([
              status && eb('delivery.status', '=', status),
              channel && eb('delivery.channel', '=', channel),
              userId && eb('notification.userId', '=', userId),
              type && eb('notification.type', '=', type),
              search && eb('delivery.recipient', 'ilike', containing(search)),
              ...within('delivery.createdAt', created),
              ...within('delivery.updatedAt', updated),
            ]),
          ),
        )
        .orderBy(`delivery.${by}`, descending ? 'desc' : 'asc')
        .orderBy('delivery.id', descending ? 'desc' : 'asc'),
      page,
    );
    return { ...found, items: found.items.map(asDelivery) };
  }

  /**
   * Tries a delivery that was given up once more, from the beginning.
   * @throws not_found `delivery_not_found`; conflict `delivery_is_sent`, `delivery_is_queued`,
   *   `delivery_is_retrying`
   */
  @Transactional()
  async retry(actor: UserActor, id: string): Promise<Delivery> {
    const delivery = await this.#deliveries()
      .where('delivery.id', '=', id)
      .forUpdate('delivery')
      .executeTakeFirst();
    if (!delivery) throw notFound('delivery');
    deliveryStates.assert(delivery.status, 'queued');
    const now = this.clock.now();
    const changes = { status: 'queued' as const, attempts: 0, failure: null, dueAt: now, updatedAt: now };
    await this.database.query
      .updateTable('notificationDeliveries')
      .set(changes)
      .where('id', '=', id)
      .execute();
    await this.jobs.send(Deliver, { deliveryId: id });
    await this.audit.record(actor, {
      action: 'notification.retry_delivery',
      resource: 'notification_delivery',
      resourceId: id,
    });
    return asDelivery({ ...delivery, ...changes });
  }

  #deliveries() {
    return this.database.query
      .selectFrom('notificationDeliveries as delivery')
      .innerJoin('notifications as notification', 'notification.id', 'delivery.notificationId')
      .select(COLUMNS);
  }

  @Transactional()
  private async record(
    id: string,
    former: DeliveryStatus,
    attempts: number,
    failure: DeliveryFailed | null,
  ): Promise<void> {
    const now = this.clock.now();
    const status = outcome(attempts, failure);
    deliveryStates.assert(former, status);
    const dueAt = now.add({ seconds: pauseSeconds(attempts) });
    await this.database.query
      .updateTable('notificationDeliveries')
      .set({
        status,
        attempts,
        failure: failure && failure.reason,
        updatedAt: now,
        ...(status === 'sent' && { sentAt: now }),
        ...(status === 'retrying' && { dueAt }),
      })
      .where('id', '=', id)
      .execute();
    if (status === 'retrying') await this.jobs.send(Deliver, { deliveryId: id }, { startAfter: dueAt });
  }
}

function outcome(attempts: number, failure: DeliveryFailed | null): 'sent' | 'retrying' | 'failed' {
  if (!failure) return 'sent';
  return failure.final || attempts >= MAX_ATTEMPTS ? 'failed' : 'retrying';
}

/** Four times as long after each failure, up to an hour. */
function pauseSeconds(attempts: number): number {
  return Math.min(FIRST_PAUSE_SECONDS * PAUSE_FACTOR ** (attempts - 1), LONGEST_PAUSE_SECONDS);
}

function asDelivery<Row extends { type: string }>(row: Row): Row & { type: NotificationType } {
  return row as Row & { type: NotificationType };
}
