import { Injectable } from '@nestjs/common';
import { SmsRefused, SmsSender } from '#platform';
import { type DeliveryChannel, DeliveryFailed, type Parcel } from './channel.ts';

@Injectable()
export class SmsChannel implements DeliveryChannel {
  constructor(private readonly sender: SmsSender) {}

  async deliver({ recipient, body, link }: Parcel): Promise<void> {
    try {
      await this.sender.send({ to: recipient, text: link === null ? body : `${body} ${link}` });
    } catch (error) {
      if (error instanceof SmsRefused) throw new DeliveryFailed(String(error.code), error.final);
      throw new DeliveryFailed((error as { name: string }).name, false);
    }
  }
}
