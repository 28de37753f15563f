import { Injectable } from '@nestjs/common';
import { DomainError, newId, systemActor, type UserActor } from '#kernel';
import { CheckoutService, type Onboarding, PayoutOnboardingService, WebhooksService } from '#payments';
import { Timeline } from './timeline.ts';

/** What providers call it when a payment has arrived. */
const PAID = ['payment_intent.succeeded', 'payment.captured'];
const ACCOUNT_CHANGED = ['account.updated'];

/**
 * Pays a visit at the sandbox of its provider, and tells it where a doctor's money goes. There is no server
 * yet that a sandbox could tell of it, so its event is fetched and handed in as it would have been sent.
 */
@Injectable()
export class Till {
  constructor(
    private readonly timeline: Timeline,
    private readonly checkout: CheckoutService,
    private readonly onboarding: PayoutOnboardingService,
    private readonly webhooks: WebhooksService,
  ) {}

  async pay(actor: UserActor, appointmentId: string): Promise<void> {
    const { payment, checkoutUrl } = await this.checkout.createIntent(actor, appointmentId);
    if (checkoutUrl === null) throw new Error('The visits of the demo are paid at the sandbox.');
    await submit(checkoutUrl, { action: 'pay' });
    await this.#tell(checkoutUrl, PAID, payment.providerReference ?? '');
  }

  /** A doctor opens the account to be paid out to, and answers the questions on the provider's page, or here. */
  async openAccount(doctor: UserActor, details: Onboarding['details']): Promise<void> {
    const { account, onboarding } = await this.onboarding.open(doctor, {}).catch((error: unknown) => {
      const isAsked = error instanceof DomainError && error.code === 'payout_details_required';
      if (!isAsked) throw error;
      return this.onboarding.open(doctor, { details });
    });
    if (!onboarding) return;
    await submit(onboarding.url, { action: 'submit' });
    await this.#tell(onboarding.url, ACCOUNT_CHANGED, account.providerReference);
  }

  /** Hands in the newest event of one of the types about `reference`. @param sandbox any address there */
  async #tell(sandbox: string, types: readonly string[], reference: string): Promise<void> {
    const { events } = (await ask(new URL('/_sandbox/events', sandbox))) as { events: SandboxEvent[] };
    const found = events.findLast(
      ({ type, event }) => types.includes(type) && JSON.stringify(event).includes(reference),
    );
    if (!found) throw new Error(`The sandbox tells nothing of ${reference}.`);
    const at = Math.floor(this.timeline.now().epochMilliseconds / 1000);
    const sent = new URL(`/_sandbox/events/${found.event.id}/webhook?at=${at}`, sandbox);
    const { body, headers } = (await ask(sent)) as { body: string; headers: Record<string, string> };
    await this.webhooks.receive(systemActor(newId()), Buffer.from(body), headers);
  }
}

/** Presses a button of a sandbox's page. */
async function submit(page: string, form: Record<string, string>): Promise<void> {
  const answer = await fetch(page, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  if (answer.status >= 400) throw new Error(`The sandbox refused ${page}: ${await answer.text()}`);
}

async function ask(url: URL): Promise<unknown> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`The sandbox refused ${url.pathname}: ${await answer.text()}`);
  return answer.json();
}

interface SandboxEvent {
  readonly type: string;
  readonly event: { readonly id: string };
}
