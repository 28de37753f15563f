import { Injectable } from '@nestjs/common';
import { newId, systemActor, type UserActor } from '#kernel';
import { CheckoutService, PayoutAccountsService, WebhooksService } from '#payments';
import { Config } from '#platform';
import { signature } from '../stripe-sandbox/webhooks.ts';
import { Timeline } from './timeline.ts';

/**
 * Pays a visit at the sandbox, and tells it where a doctor's money goes. There is no server yet that the sandbox
 * could tell of it, so its event is fetched and handed in as it would have been sent.
 */
@Injectable()
export class Till {
  constructor(
    private readonly config: Config,
    private readonly timeline: Timeline,
    private readonly checkout: CheckoutService,
    private readonly accounts: PayoutAccountsService,
    private readonly webhooks: WebhooksService,
  ) {}

  async pay(actor: UserActor, appointmentId: string): Promise<void> {
    const { clientSecret } = await this.checkout.createIntent(actor, appointmentId);
    const [reference = ''] = clientSecret.split('_secret_');
    await this.#ask('POST', `/v1/payment_intents/${reference}/confirm`, { payment_method: 'pm_card_visa' });
    await this.#tell('payment_intent.succeeded', reference);
  }

  /** A doctor opens the account to be paid out to, and answers the questions on the provider's page. */
  async openAccount(doctor: UserActor): Promise<void> {
    const { account, onboarding } = await this.accounts.open(doctor);
    const answered = await fetch(onboarding.url, {
      method: 'POST',
      body: new URLSearchParams({ action: 'submit' }),
      redirect: 'manual',
    });
    if (answered.status !== 303) throw new Error(`The sandbox refused ${account.providerReference}.`);
    await this.#tell('account.updated', account.providerReference);
  }

  /** Hands in the newest event of `type` about `reference`. */
  async #tell(type: string, reference: string): Promise<void> {
    const news = await this.#ask('GET', `/v1/events?type=${type}`);
    const event = (news.data as SandboxEvent[]).find(({ data }) => data.object.id === reference);
    if (!event) throw new Error(`The sandbox tells nothing of ${reference}.`);
    const body = JSON.stringify(event);
    const [secret = ''] = this.config.env.STRIPE_WEBHOOK_SECRETS;
    const at = Math.floor(this.timeline.now().epochMilliseconds / 1000);
    await this.webhooks.receive(systemActor(newId()), Buffer.from(body), {
      'stripe-signature': signature(body, secret, at),
    });
  }

  async #ask(
    method: string,
    path: string,
    form?: Record<string, string>,
  ): Promise<{ readonly data?: unknown }> {
    const response = await fetch(new URL(path, this.config.env.STRIPE_API_URL), {
      method,
      headers: { authorization: `Bearer ${this.config.env.STRIPE_SECRET_KEY}` },
      ...(form && { body: new URLSearchParams(form) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The sandbox refused ${path}: ${text}`);
    return JSON.parse(text);
  }
}

interface SandboxEvent {
  readonly data: { readonly object: { readonly id: string } };
}
