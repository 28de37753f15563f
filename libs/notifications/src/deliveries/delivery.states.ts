import type { Selectable } from 'kysely';
import { stateMachine } from '#kernel';
import type { Tables } from '#platform';
import type { NotificationType } from '../feed/notification.entity.ts';

/** A notification on its way out of the app, as an operator sees it. */
export type Delivery = Omit<
  Selectable<Tables['notificationDeliveries']>,
  'subject' | 'body' | 'link' | 'invitation'
> & { readonly userId: string; readonly type: NotificationType };

export type DeliveryStatus = Delivery['status'];

/** `failed` is for good: nobody tries again unless an operator says so. */
export const deliveryStates = stateMachine<DeliveryStatus>('delivery', {
  queued: ['sent', 'retrying', 'failed'],
  retrying: ['sent', 'retrying', 'failed'],
  sent: [],
  failed: ['queued'],
});
