import { Injectable } from '@nestjs/common';
import { PushSubscriptionsService } from '../deliveries/push-subscriptions.service.ts';
import { NOTIFICATION_KINDS } from '../feed/notification-groups.ts';
import { PushRefused, WebPushProvider } from '../providers/web-push.provider.ts';
import { type DeliveryChannel, DeliveryFailed, type Parcel } from './channel.ts';

/** How long a push service keeps a message for a browser that is not there, in seconds (RFC 8030 §5.2). */
const TTL_SECONDS = 24 * 3600;
/** What is of use at once or not at all. */
const URGENT_TTL_SECONDS = 10 * 60;

/** RFC 8030 §7.3: the subscription is no more. */
const ENDED = new Set([404, 410]);
/** The rest of what is not the push service's own trouble: the same message will not be taken later. */
const PASSING = (status: number) => status === 429 || status >= 500;

@Injectable()
export class PushChannel implements DeliveryChannel {
  constructor(
    private readonly subscriptions: PushSubscriptionsService,
    private readonly provider: WebPushProvider,
  ) {}

  async deliver({ recipient, notificationId, type, subject, body, link }: Parcel): Promise<void> {
    const subscription = await this.subscriptions.byId(recipient);
    if (!subscription) throw new DeliveryFailed('subscription_ended', true);
    const urgent = NOTIFICATION_KINDS[type].urgent === true;
    try {
      await this.provider.send(subscription, {
        text: JSON.stringify({ id: notificationId, type, title: subject, body, url: link }),
        ttlSeconds: urgent ? URGENT_TTL_SECONDS : TTL_SECONDS,
        urgency: urgent ? 'high' : 'normal',
      });
    } catch (error) {
      if (!(error instanceof PushRefused)) {
        throw new DeliveryFailed((error as { code?: string }).code ?? (error as Error).name, false);
      }
      if (ENDED.has(error.status)) {
        await this.subscriptions.ended(recipient);
        throw new DeliveryFailed('subscription_ended', true);
      }
      throw new DeliveryFailed(String(error.status), !PASSING(error.status));
    }
  }
}
