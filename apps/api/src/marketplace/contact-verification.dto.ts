import { z } from 'zod';
import type { ContactVerification } from '#auth';
import { isoOrNull, Timestamp } from '../http/fields.ts';

const Code = z
  .string()
  .trim()
  .regex(/^\d{6}$/, 'Six digits.')
  .describe('What the message said. Left out, a code is sent.');

export const VerifyPhone = z
  .object({
    phone: z
      .string()
      .trim()
      .min(1)
      .max(40)
      .optional()
      .describe('In international form; the one of the profile, when left out.'),
    code: Code.optional(),
  })
  .refine(({ phone, code }) => phone === undefined || code === undefined, {
    path: ['code'],
    error: 'Send a phone number to get a code, then the code alone.',
  })
  .default({});

export const VerifyEmail = z.object({ code: Code.optional() }).default({});

export const VerificationAnswer = z
  .object({
    channel: z.enum(['phone', 'email']),
    recipient: z.string().describe('The number in E.164, or the address.'),
    verified: z.boolean().describe('`false`: a code is on its way; send it back.'),
    expires_at: Timestamp.nullable().describe('Until when the code works.'),
    resend_at: Timestamp.nullable().describe('The earliest instant at which another may be asked for.'),
  })
  .meta({ id: 'ContactVerification' });

export function toVerification(verification: ContactVerification): z.infer<typeof VerificationAnswer> {
  const { channel, recipient, verified, sent } = verification;
  return {
    channel,
    recipient,
    verified,
    expires_at: isoOrNull(sent && sent.expiresAt),
    resend_at: isoOrNull(sent && sent.resendAt),
  };
}
