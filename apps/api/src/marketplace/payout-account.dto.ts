import { z } from 'zod';
import { CURRENCIES } from '#kernel';
import { type PayoutAccount, type PayoutOnboardingService, payoutAccountStatus } from '#payments';
import { iso, Phone, present, RequiredText, Timestamp } from '../http/fields.ts';

const Currency = z.enum(CURRENCIES).optional().describe('The doctor’s own when absent.');

/** As the tax office and the banks of India write names. */
const Name = RequiredText(120).regex(
  /^[A-Za-z][A-Za-z ]{2,118}[A-Za-z]$/,
  'Four letters or more, and spaces.',
);

const Details = z
  .object({
    legal_name: Name.describe('As on the PAN card.'),
    email: z.email().max(132).describe('Of no other account at the provider; it cannot be changed there.'),
    phone: Phone,
    pan: z
      .string()
      .regex(/^[A-Za-z]{3}[Pp][A-Za-z]\d{4}[A-Za-z]$/, 'The PAN of a person: ABCPD1234E.')
      .transform((pan) => pan.toUpperCase()),
    address: z.object({
      street: RequiredText(100).min(10),
      city: RequiredText(32).min(2),
      state: RequiredText(32).min(2).describe('Of India, by its name or two letters.'),
      postal_code: z.string().regex(/^[1-9]\d{5}$/, 'Six digits.'),
    }),
    bank_account: z.object({
      account_number: z.string().regex(/^[A-Za-z0-9]{5,20}$/, 'Between 5 and 20 digits.'),
      ifsc: z
        .string()
        .regex(/^[A-Za-z]{4}0[A-Za-z0-9]{6}$/, 'HDFC0000317')
        .transform((ifsc) => ifsc.toUpperCase()),
      holder: Name.optional().describe('`legal_name` when absent.'),
    }),
    terms_accepted: z.literal(true).describe('The provider’s terms: https://razorpay.com/terms/'),
  })
  .transform(({ legal_name, email, phone, pan, address, bank_account }) => ({
    legalName: legal_name,
    email,
    phone,
    pan,
    address: {
      street: address.street,
      city: address.city,
      state: address.state,
      postalCode: address.postal_code,
    },
    bank: {
      accountNumber: bank_account.account_number,
      ifsc: bank_account.ifsc,
      holder: bank_account.holder ?? legal_name,
    },
  }));

export const OpenPayoutAccount = z
  .object({
    currency: Currency,
    return_url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .describe('Where the doctor’s browser goes afterwards; of an allowed origin.'),
    details: Details.optional().describe(
      'For a provider that does not ask the doctor itself; sent on to it.',
    ),
  })
  .prefault({})
  .transform(({ return_url, ...rest }) => present({ ...rest, returnUrl: return_url }));

export const AskPayoutAccount = z.object({
  doctor_id: z.uuid().optional().describe('Required for an administrator.'),
  currency: Currency,
});

export const PayoutAccountAnswer = z
  .object({
    doctor_id: z.uuid(),
    provider: z.string(),
    provider_reference: z.string(),
    status: z
      .enum(['onboarding', 'ready', 'restricted'])
      .describe('Money can be sent to an account that is ready; the others wait for the doctor.'),
    details_submitted: z.boolean(),
    disabled_reason: z.string().nullable().describe('The provider’s code.'),
    requirements: z.array(z.string()).describe('What the provider still has to know, as it names it.'),
    bank_account_last4: z
      .string()
      .nullable()
      .describe('Of the account that was told here; null where the provider asked itself.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'PayoutAccount' });

export const OpenedPayoutAccountAnswer = PayoutAccountAnswer.extend({
  onboarding_url: z
    .url()
    .nullable()
    .describe('A page of the provider, for the doctor’s own browser; works once.'),
  onboarding_expires_at: Timestamp.nullable(),
}).meta({ id: 'OpenedPayoutAccount' });

export function toPayoutAccount(account: PayoutAccount): z.infer<typeof PayoutAccountAnswer> {
  return {
    doctor_id: account.practitionerId,
    provider: account.provider,
    provider_reference: account.providerReference,
    status: payoutAccountStatus(account),
    details_submitted: account.detailsSubmitted,
    disabled_reason: account.disabledReason,
    requirements: account.requirements,
    bank_account_last4: account.bankAccountLast4,
    created_at: iso(account.createdAt),
    updated_at: iso(account.updatedAt),
  };
}

export function toOpenedPayoutAccount({
  account,
  onboarding,
}: Awaited<ReturnType<PayoutOnboardingService['open']>>): z.infer<typeof OpenedPayoutAccountAnswer> {
  return {
    ...toPayoutAccount(account),
    onboarding_url: onboarding?.url ?? null,
    onboarding_expires_at: onboarding ? iso(onboarding.expiresAt) : null,
  };
}
