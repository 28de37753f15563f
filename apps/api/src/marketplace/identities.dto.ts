import { z } from 'zod';
import type { Identity } from '#auth';
import { iso, isoOrNull, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

export const ListIdentities = listQuery({ created_at: 'createdAt' }, {}, ['search', 'created']);

export const ChangeIdentity = z
  .object({
    password: z.string().max(128).optional().describe('Not needed within ten minutes of a login.'),
  })
  .default({});

export const IdentityAnswer = z
  .object({
    id: z.uuid(),
    issuer: z.string().describe('Who vouches for it: the address of a Cognito user pool.'),
    subject: z.string().describe('Who one is there.'),
    unlinked_at: Timestamp.nullable().describe('Since when nobody gets in this way.'),
    created_at: Timestamp,
  })
  .meta({ id: 'Identity' });

export function toIdentity(identity: Identity): z.infer<typeof IdentityAnswer> {
  return {
    id: identity.id,
    issuer: identity.issuer,
    subject: identity.subject,
    unlinked_at: isoOrNull(identity.unlinkedAt),
    created_at: iso(identity.createdAt),
  };
}
