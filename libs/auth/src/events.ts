import { z } from 'zod';
import { defineEvent } from '#platform';

export const SessionEnded = defineEvent(
  'auth.session-ended',
  'A login was ended before its time: logged out, revoked, or shut out.',
  z.object({ sessionId: z.uuid(), userId: z.uuid() }),
);

export const AccountDisabled = defineEvent(
  'auth.account-disabled',
  'An administrator has shut an account; nobody can log in to it.',
  z.object({ userId: z.uuid() }),
);

export const AccountEnabled = defineEvent(
  'auth.account-enabled',
  'An administrator has opened an account again.',
  z.object({ userId: z.uuid() }),
);
