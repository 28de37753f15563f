import { z } from 'zod';
import { type PayoutAccount, type PayoutAccountsService, payoutAccountStatus } from '#payments';
import { iso, Timestamp } from '../http/fields.ts';

export const OpenPayoutAccount = z
  .object({
    return_url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .describe('Where the doctor’s browser goes afterwards; of an allowed origin.'),
  })
  .default({});

export const AskPayoutAccount = z.object({
  doctor_id: z.uuid().optional().describe('Required for an administrator.'),
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
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'PayoutAccount' });

export const OpenedPayoutAccountAnswer = PayoutAccountAnswer.extend({
  onboarding_url: z.url().describe('A page of the provider, for the doctor’s own browser; works once.'),
  onboarding_expires_at: Timestamp,
}).meta({ id: 'OpenedPayoutAccount' });

export function toPayoutAccount(account: PayoutAccount): z.infer<typeof PayoutAccountAnswer> {
  return {
    doctor_id: account.practitionerId,
    provider: account.provider,
    provider_reference: account.providerReference,
    status: payoutAccountStatus(account),
    details_submitted: account.detailsSubmitted,
    disabled_reason: account.disabledReason,
    created_at: iso(account.createdAt),
    updated_at: iso(account.updatedAt),
  };
}

export function toOpenedPayoutAccount({
  account,
  onboarding,
}: Awaited<ReturnType<PayoutAccountsService['open']>>): z.infer<typeof OpenedPayoutAccountAnswer> {
  return {
    ...toPayoutAccount(account),
    onboarding_url: onboarding.url,
    onboarding_expires_at: iso(onboarding.expiresAt),
  };
}
