import { z } from 'zod';

/** Field types that the parts of a chart share. */

export const ChartId = z
  .union([z.uuid(), z.literal('me')])
  .describe('The id of a chart, or `me` for one’s own.');

export const Named = z.object({ id: z.uuid(), name: z.string() });
