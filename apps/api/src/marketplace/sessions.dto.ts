import { z } from 'zod';
import type { Session } from '#auth';
import { iso, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

export const ListSessions = listQuery({ created_at: 'createdAt', last_used_at: 'lastUsedAt' }, {}, [
  'search',
  'created',
]);

export const SessionAnswer = z
  .object({
    id: z.uuid(),
    origin: z.enum(['password', 'cognito']).describe('How it was opened.'),
    user_agent: z.string().nullable().describe('The device, as it named itself.'),
    address: z.string().nullable().describe('Where it was opened from.'),
    current: z.boolean().describe('This request is made in it.'),
    created_at: Timestamp,
    last_used_at: Timestamp.describe('When it last got tokens: a session in use does every 15 minutes.'),
    expires_at: Timestamp,
  })
  .meta({ id: 'Session' });

export const EndedSessionsAnswer = z
  .object({ ended: z.int().describe('How many there were.') })
  .meta({ id: 'EndedSessions' });

export function toSession(session: Session): z.infer<typeof SessionAnswer> {
  return {
    id: session.id,
    origin: session.origin,
    user_agent: session.userAgent,
    address: session.address,
    current: session.current,
    created_at: iso(session.createdAt),
    last_used_at: iso(session.lastUsedAt),
    expires_at: iso(session.expiresAt),
  };
}
