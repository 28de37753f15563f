import { z } from 'zod';

/** Field types that the parts of a chart share. */

export const ChartId = z
  .union([z.uuid(), z.literal('me')])
  .describe('The id of a chart, or `me` for one’s own.');

export const Named = z.object({ id: z.uuid(), name: z.string() });

/** The fields that a body really had, so that what was left out is not taken for a change. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
