import { renderSVG } from 'uqr';
import { z } from 'zod';
import type { Enrolment, SecondFactor } from '#auth';
import { isoOrNull, Timestamp } from '../http/fields.ts';
import { GivenPassword } from './auth.dto.ts';

const Code = z.string().trim().min(1).max(40);

export const ConfirmSecondFactor = z.object({
  code: Code.regex(/^\d{6}$/, 'Six digits.').describe('What the authenticator shows.'),
});

export const BothKeys = z.object({
  password: GivenPassword,
  code: Code.describe('Of the authenticator, or a recovery code.'),
});

export const SecondFactorAnswer = z
  .object({
    enabled: z.boolean(),
    since: Timestamp.nullable(),
    recovery_codes_left: z.int(),
  })
  .meta({ id: 'SecondFactor' });

export const EnrolmentAnswer = z
  .object({
    secret: z.string().describe('Base32, to type into an authenticator.'),
    uri: z.string().describe('otpauth://…, to open in one.'),
    qr_code: z.string().describe('The URI as a picture: a data URI of an SVG.'),
  })
  .meta({ id: 'SecondFactorEnrolment' });

export const RecoveryCodesAnswer = z
  .object({
    recovery_codes: z.array(z.string()).describe('Each works once, in place of a code. Not shown again.'),
  })
  .meta({ id: 'RecoveryCodes' });

export function toSecondFactor({
  since,
  recoveryCodesLeft,
}: SecondFactor): z.infer<typeof SecondFactorAnswer> {
  return { enabled: since !== null, since: isoOrNull(since), recovery_codes_left: recoveryCodesLeft };
}

export function toEnrolment({ secret, uri }: Enrolment): z.infer<typeof EnrolmentAnswer> {
  const picture = Buffer.from(renderSVG(uri, { ecc: 'M', border: 4 })).toString('base64');
  return { secret, uri, qr_code: `data:image/svg+xml;base64,${picture}` };
}

export function toRecoveryCodes(codes: readonly string[]): z.infer<typeof RecoveryCodesAnswer> {
  return { recovery_codes: [...codes] };
}
