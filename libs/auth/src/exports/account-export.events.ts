import { z } from 'zod';
import { defineEvent } from '#platform';

export const AccountExportReady = defineEvent(
  'auth.export-ready',
  'Everything that is kept of a person is in one file, which they may fetch for some days.',
  z.object({ exportId: z.uuid(), userId: z.uuid(), expiresAt: z.iso.datetime({ offset: true }) }),
);
