import { Injectable } from '@nestjs/common';
import { type Mail, Mailer } from '#platform';
import { type DeliveryChannel, DeliveryFailed, type Parcel } from './channel.ts';

/** SMTP's permanent refusals (RFC 5321 §4.2.1): the same mail will not be taken later either. */
const PERMANENT = 500;

@Injectable()
export class MailChannel implements DeliveryChannel {
  constructor(private readonly mailer: Mailer) {}

  /** A mail that is sent again has the same Message-ID, so that a recipient's server can tell. */
  async deliver({ deliveryId, recipient, subject, body, invitation }: Parcel): Promise<void> {
    try {
      await this.mailer.send({
        to: recipient,
        subject,
        text: body,
        ...(invitation !== null && { invitation: invitation as Mail['invitation'] }),
        messageId: `<${deliveryId}@televisit>`,
      });
    } catch (error) {
      throw asFailure(error as SmtpFailure);
    }
  }
}

/** What nodemailer tells of a failure: its own code and, where the server answered, the server's. */
interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Final when the recipient or the mail was refused for good. A login that fails is ours to repair. */
function asFailure({ code = 'unknown', responseCode }: SmtpFailure): DeliveryFailed {
  const final = (responseCode ?? 0) >= PERMANENT && (code === 'EENVELOPE' || code === 'EMESSAGE');
  return new DeliveryFailed(responseCode === undefined ? code : `${code} ${responseCode}`, final);
}
