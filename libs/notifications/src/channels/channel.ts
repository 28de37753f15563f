import type { NotificationType } from '../feed/notification.entity.ts';

/** What one delivery carries. */
export interface Parcel {
  readonly deliveryId: string;
  readonly notificationId: string;
  readonly type: NotificationType;
  /** An address, a number, or the id of a push subscription. */
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
  readonly link: string | null;
  /** `{ method, content }`: an iCalendar document. */
  readonly invitation: unknown;
}

/** A way out of the app. */
export interface DeliveryChannel {
  /** @throws DeliveryFailed */
  deliver(parcel: Parcel): Promise<void>;
}

/** A delivery did not arrive. `final` when it would not arrive later either. */
export class DeliveryFailed extends Error {
  constructor(
    /** Codes only: a provider's own words may repeat the address. */
    readonly reason: string,
    readonly final: boolean,
  ) {
    super(`Not delivered: ${reason}.`);
    this.name = 'DeliveryFailed';
  }
}
