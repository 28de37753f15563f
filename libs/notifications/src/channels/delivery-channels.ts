import { Injectable } from '@nestjs/common';
import type { Channel } from '../feed/notification-groups.ts';
import type { DeliveryChannel, Parcel } from './channel.ts';
import { MailChannel } from './mail.channel.ts';
import { PushChannel } from './push.channel.ts';
import { SmsChannel } from './sms.channel.ts';

/** Every way out of the app, by its name. */
@Injectable()
export class DeliveryChannels {
  readonly #channels: Readonly<Record<Channel, DeliveryChannel>>;

  constructor(email: MailChannel, sms: SmsChannel, push: PushChannel) {
    this.#channels = { email, sms, push };
  }

  /** @throws DeliveryFailed */
  async deliver(channel: Channel, parcel: Parcel): Promise<void> {
    await this.#channels[channel].deliver(parcel);
  }
}
