import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';

export interface Sms {
  /** E.164. */
  readonly to: string;
  readonly text: string;
}

/** How long the provider may take to answer, in milliseconds. */
const PATIENCE_MS = 10_000;

/** The provider did not take a message. `final` when it would not take it later either. */
export class SmsRefused extends Error {
  constructor(
    /** The provider's number for the reason, or the HTTP status. https://www.twilio.com/docs/api/errors */
    readonly code: number,
    readonly final: boolean,
  ) {
    super(`The SMS provider refused a message (${code}).`);
    this.name = 'SmsRefused';
  }
}

/** Text messages, by Twilio's Messages API or anything that speaks its protocol. */
@Injectable()
export class SmsSender {
  constructor(private readonly config: Config) {}

  /** Whether a provider is set up. */
  get available(): boolean {
    const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM } = this.config.env;
    return Boolean(TWILIO_ACCOUNT_SID && TWILIO_AUTH_TOKEN && TWILIO_FROM);
  }

  /**
   * The provider has no idempotency key: a caller that is cut off before the answer may send twice.
   * @throws SmsRefused; Error when no provider is set up or it cannot be reached
   */
  async send({ to, text }: Sms): Promise<void> {
    if (!this.available) throw new Error('No SMS provider is set up (TWILIO_ACCOUNT_SID).');
    const { TWILIO_API_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM } = this.config.env;
    const sender = TWILIO_FROM?.startsWith('MG') ? 'MessagingServiceSid' : 'From';
    const response = await fetch(
      new URL(`/2010-04-01/Accounts/${TWILIO_ACCOUNT_SID}/Messages.json`, TWILIO_API_URL),
      {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${TWILIO_ACCOUNT_SID}:${TWILIO_AUTH_TOKEN}`).toString('base64')}`,
        },
        body: new URLSearchParams({ To: to, [sender]: TWILIO_FROM ?? '', Body: text }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      },
    );
    if (response.ok) return;
    const answer = (await response.json().catch(() => ({}))) as { code?: number };
    // 400: this message will never do, for example a number that does not exist. The rest may pass.
    throw new SmsRefused(answer.code ?? response.status, response.status === 400);
  }
}
