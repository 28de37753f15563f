import { z } from 'zod';
import { defineEvent } from '#platform';

const decided = z.object({ verificationId: z.uuid(), userId: z.uuid() });

export const IdentityVerified = defineEvent(
  'auth.identity-verified',
  'An administrator has found that a person’s papers show who they are.',
  decided,
);

export const IdentityRejected = defineEvent(
  'auth.identity-rejected',
  'A person’s papers were turned down, by an administrator or because a file was not what it was said to be.',
  decided,
);

export const IdentityExpired = defineEvent(
  'auth.identity-expired',
  'The document by which a person had shown who they are has run out.',
  decided,
);
