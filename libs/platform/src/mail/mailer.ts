import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { Config } from '../config/config.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** An iCalendar document that mail clients show as an invitation. */
  readonly invitation?: { readonly method: 'REQUEST' | 'CANCEL'; readonly content: string };
  /** The same for every attempt to send this mail, so that a recipient's server can tell a repeat. */
  readonly messageId: string;
}

@Injectable()
export class Mailer implements OnApplicationShutdown {
  readonly #transport: Transporter;
  readonly #from: string;

  constructor(config: Config) {
    this.#transport = createTransport({ url: config.env.SMTP_URL, pool: true });
    this.#from = config.env.MAIL_FROM;
  }

  async send(mail: Mail): Promise<void> {
    await this.#transport.sendMail({
      from: this.#from,
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
      messageId: mail.messageId,
      ...(mail.invitation && {
        icalEvent: { method: mail.invitation.method, content: mail.invitation.content },
      }),
    });
  }

  onApplicationShutdown(): void {
    this.#transport.close();
  }
}
