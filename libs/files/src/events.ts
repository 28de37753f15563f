import { z } from 'zod';
import { defineEvent } from '#platform';

const purpose = z.enum(['chart', 'identity', 'licence', 'export', 'statement', 'accounting']);

export const FileAccepted = defineEvent(
  'files.accepted',
  'An uploaded file was checked and can be fetched.',
  z.object({ fileId: z.uuid(), purpose }),
);

export const FileRejected = defineEvent(
  'files.rejected',
  'An uploaded file is not what it was announced to be, or never came.',
  z.object({
    fileId: z.uuid(),
    purpose,
    reason: z.enum(['never_uploaded', 'size_differs', 'type_differs', 'empty']),
  }),
);
