import { z } from 'zod';
import { defineEvent } from '#platform';

export const AccountErased = defineEvent(
  'auth.account-erased',
  'An account was emptied on its owner’s wish; each library lets go of what it kept of the person.',
  z.object({ userId: z.uuid() }),
);
