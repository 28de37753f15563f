import type Stripe from 'stripe';
import { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { invalidRequest } from './errors.ts';
import { type Cause, type EventLog, NO_REQUEST } from './events.ts';
import { flag, metadata, text, url } from './form.ts';
import { linkSecret, stripeId } from './ids.ts';
import type { Onboarding, Store } from './store.ts';

const LINK_SECONDS = 300;

export const createAccountForm = z.strictObject({
  business_type: z.enum(['individual', 'company']).optional(),
  capabilities: z.strictObject({ transfers: z.strictObject({ requested: flag }) }).optional(),
  controller: z
    .strictObject({
      fees: z.strictObject({ payer: z.enum(['account', 'application']) }),
      losses: z.strictObject({ payments: z.enum(['application', 'stripe']) }),
      requirement_collection: z.enum(['application', 'stripe']),
      stripe_dashboard: z.strictObject({ type: z.enum(['express', 'full', 'none']) }),
    })
    .optional(),
  country: text.regex(/^[A-Z]{2}$/, 'country_unsupported').optional(),
  email: text.optional(),
  metadata: metadata.optional(),
});

export const accountLinkForm = z.strictObject({
  account: text,
  refresh_url: url,
  return_url: url,
  type: z.literal('account_onboarding'),
});

/** What is asked of an individual before money can go to them. */
const ASKED = ['external_account', 'individual.dob.day', 'individual.first_name', 'tos_acceptance.date'];

/** Accounts of others to whom the platform pays out, https://docs.stripe.com/connect/accounts */
export class Accounts {
  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
    /** Where a person goes with the secret of a link. */
    private readonly pageOf: (secret: string) => string,
  ) {}

  create(input: z.output<typeof createAccountForm>): Stripe.Account {
    const { controller } = input;
    const requested = input.capabilities?.transfers.requested ?? false;
    const account: Stripe.Account = {
      id: stripeId('acct'),
      object: 'account',
      business_profile: null,
      business_type: input.business_type ?? null,
      capabilities: requested ? { transfers: 'inactive' } : {},
      charges_enabled: false,
      controller: { type: 'application', is_controller: true, ...controller },
      country: input.country ?? 'US',
      created: unixNow(),
      default_currency: 'eur',
      details_submitted: false,
      email: input.email ?? null,
      metadata: input.metadata ?? {},
      payouts_enabled: false,
      requirements: requirements(ASKED, 'requirements.past_due'),
      settings: null,
      tos_acceptance: { date: null, ip: null, user_agent: null },
      type: controller?.stripe_dashboard.type === 'express' ? 'express' : 'none',
    };
    this.store.tables.account.set(account.id, account);
    return account;
  }

  /** Errors: 400 resource_missing. */
  link(input: z.output<typeof accountLinkForm>): Stripe.AccountLink {
    const { id } = this.store.get('account', input.account, 'account');
    const secret = linkSecret();
    const created = unixNow();
    const expiresAt = created + LINK_SECONDS;
    const onboarding = { account: id, returnUrl: input.return_url, refreshUrl: input.refresh_url, expiresAt };
    this.store.tables.onboarding.set(secret, onboarding);
    return { object: 'account_link', created, expires_at: expiresAt, url: this.pageOf(secret) };
  }

  /** What a link was made for; `isOpen` until it was used or is too old. */
  onboarding(secret: string): (Onboarding & { isOpen: boolean }) | undefined {
    const found = this.store.tables.onboarding.get(secret);
    return found && { ...found, isOpen: found.expiresAt > unixNow() };
  }

  /** A link that was followed to its end leads nowhere any more. */
  use(secret: string): void {
    const found = this.store.tables.onboarding.get(secret);
    if (found !== undefined) found.expiresAt = 0;
  }

  /** The person has told who they are and where their bank is, and Stripe believes it. Errors: 404. */
  complete(id: string, cause: Cause = NO_REQUEST): Stripe.Account {
    return this.change(id, cause, {
      details_submitted: true,
      payouts_enabled: true,
      capabilities: { transfers: 'active' },
      requirements: requirements([], null),
      tos_acceptance: { date: unixNow(), ip: '127.0.0.1', user_agent: 'sandbox' },
    });
  }

  /** Stripe wants to know more before it lets money go there again. Errors: 404. */
  restrict(id: string): Stripe.Account {
    return this.change(id, NO_REQUEST, {
      payouts_enabled: false,
      capabilities: { transfers: 'inactive' },
      requirements: requirements(['individual.verification.document'], 'requirements.past_due'),
    });
  }

  /** An account that a transfer can go to. Errors: 400, as Stripe's for transfers. */
  payable(id: string): Stripe.Account {
    const account = this.store.tables.account.get(id);
    if (account === undefined) {
      throw invalidRequest(`No such destination: '${id}'`, {
        code: 'resource_missing',
        param: 'destination',
      });
    }
    if (account.capabilities?.transfers !== 'active') {
      throw invalidRequest('The destination account needs the transfers capability.', {
        code: 'insufficient_capabilities_for_transfer',
      });
    }
    return account;
  }

  private change(id: string, cause: Cause, changes: Partial<Stripe.Account>): Stripe.Account {
    const account = this.store.get('account', id);
    const before = structuredClone(account);
    Object.assign(account, changes);
    this.log.record('account.updated', account, cause, before);
    return account;
  }
}

function requirements(
  due: string[],
  disabledReason: Stripe.Account.Requirements['disabled_reason'],
): Stripe.Account.Requirements {
  return {
    alternatives: [],
    current_deadline: null,
    currently_due: due,
    disabled_reason: disabledReason,
    errors: [],
    eventually_due: due,
    past_due: due,
    pending_verification: [],
  };
}
