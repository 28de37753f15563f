import { z } from 'zod';
import type { StatusChange, User } from '#auth';
import { ROLES } from '#kernel';
import { isoOrNull, RequiredText, Timestamp, YesOrNo } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { toUser, UserAnswer } from './auth.dto.ts';

const Status = z.enum(['active', 'disabled']);

export const ListAccounts = listQuery(
  {
    name: 'name',
    last_name: 'name',
    email: 'email',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
    last_login_at: 'lastLoginAt',
  },
  {
    role: z.enum(ROLES).optional(),
    status: z.enum(['active', 'disabled', 'erased']).optional(),
    email_verified: YesOrNo.optional(),
    phone_verified: YesOrNo.optional(),
    second_factor: YesOrNo.optional(),
  },
).transform(({ email_verified, phone_verified, second_factor, ...query }) => ({
  ...query,
  emailVerified: email_verified,
  phoneVerified: phone_verified,
  secondFactor: second_factor,
}));

export const ChangeStatus = z
  .object({
    status: Status,
    reason: RequiredText(500).optional().describe('Why, for the audit trail. Required to disable.'),
  })
  .transform(({ status, reason }, context): StatusChange => {
    if (status === 'active') return { status };
    if (reason !== undefined) return { status, reason };
    context.addIssue({ code: 'custom', path: ['reason'], message: 'Say why.' });
    return z.NEVER;
  });

export const AccountAnswer = UserAnswer.extend({
  disabled_reason: z.string().nullable().describe('What the administrator who disabled it wrote.'),
  last_login_at: Timestamp.nullable(),
}).meta({ id: 'Account' });

export function toAccount(user: User): z.infer<typeof AccountAnswer> {
  return {
    ...toUser(user),
    disabled_reason: user.disabledReason,
    last_login_at: isoOrNull(user.lastLoginAt),
  };
}
