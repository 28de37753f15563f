import { Injectable } from '@nestjs/common';
import type { User } from '#auth';
import { Clock, newId } from '#kernel';
import { Database, Jobs, SmsSender } from '#platform';
import { type Channel, isOn, NOTIFICATION_KINDS } from '../feed/notification-groups.ts';
import { PreferencesService } from '../feed/preferences.service.ts';
import { letter, type Message } from '../messages/messages.ts';
import type { Notice } from '../messages/notice.ts';
import type { Voice } from '../messages/voice.ts';
import { Deliver } from '../queues.ts';
import { PushSubscriptionsService } from './push-subscriptions.service.ts';
import { type QuietHours, quietUntil } from './quiet-hours.ts';

interface Letter {
  readonly recipient: string;
  readonly body: string;
  readonly invitation?: string;
}

/** What was told in the app, on its way to the reader's mailbox, phone and browsers, as they want it. */
@Injectable()
export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly preferences: PreferencesService,
    private readonly subscriptions: PushSubscriptionsService,
    private readonly sms: SmsSender,
  ) {}

  /** Writes down everything that is to leave for one notification; it leaves after the transaction. */
  async plan(
    notificationId: string,
    reader: User,
    notice: Notice,
    message: Message,
    voice: Voice,
  ): Promise<void> {
    const { choices, quietHours } = await this.preferences.of(reader.id);
    const { group } = NOTIFICATION_KINDS[notice.type];
    const wanted = (channel: Channel) =>
      isOn(choices, group, channel) && (notice.channels?.includes(channel) ?? true);
    const dueAt = this.#dueAt(reader, notice, quietHours);
    const letters: [Channel, Letter][] = [];
    if (notice.mail && wanted('email')) {
      const { invitation } = notice.mail;
      letters.push([
        'email',
        {
          recipient: reader.email,
          body: letter(voice, reader.firstName, message.body, notice.link),
          ...(invitation && { invitation: JSON.stringify(invitation) }),
        },
      ]);
    }
    if (reader.phone && reader.phoneVerifiedAt && this.sms.available && wanted('sms')) {
      letters.push(['sms', { recipient: reader.phone, body: message.short }]);
    }
    if (wanted('push')) {
      for (const id of await this.subscriptions.idsOf(reader.id)) {
        letters.push(['push', { recipient: id, body: message.short }]);
      }
    }
    for (const [channel, one] of letters) {
      await this.#send(channel, {
        ...one,
        notificationId,
        subject: message.title,
        link: notice.link?.url,
        dueAt,
      });
    }
  }

  async #send(
    channel: Channel,
    content: Letter & {
      readonly notificationId: string;
      readonly subject: string;
      readonly link: string | undefined;
      readonly dueAt: Temporal.Instant;
    },
  ): Promise<void> {
    const now = this.clock.now();
    const deliveryId = newId();
    await this.database.query
      .insertInto('notificationDeliveries')
      .values({ id: deliveryId, channel, ...content, status: 'queued', createdAt: now, updatedAt: now })
      .execute();
    const startAfter = Temporal.Instant.compare(content.dueAt, now) > 0 ? content.dueAt : undefined;
    await this.jobs.send(Deliver, { deliveryId }, { startAfter });
  }

  /**
   * Now, or at the end of the reader's quiet hours. What would be of no use any more by then is told at once:
   * better heard at night than not in time.
   */
  #dueAt({ timeZone }: User, { type, usefulUntil }: Notice, quietHours: QuietHours | null): Temporal.Instant {
    const now = this.clock.now();
    if (!quietHours || NOTIFICATION_KINDS[type].urgent) return now;
    const end = quietUntil(now, timeZone, quietHours) ?? now;
    return usefulUntil && Temporal.Instant.compare(end, usefulUntil) >= 0 ? now : end;
  }
}
