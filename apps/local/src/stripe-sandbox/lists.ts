import { z } from 'zod';
import { resourceMissing } from './errors.ts';
import { integer, text } from './form.ts';

const createdRange = z.union([
  integer.transform((at) => ({ gte: at, lte: at })),
  z.strictObject({
    gt: integer.optional(),
    gte: integer.optional(),
    lt: integer.optional(),
    lte: integer.optional(),
  }),
]);

/** What every list takes, https://docs.stripe.com/api/pagination */
export const listForm = z.strictObject({
  created: createdRange.optional(),
  ending_before: text.optional(),
  limit: integer.refine((limit) => limit >= 1 && limit <= 100, 'must be between 1 and 100').default(10),
  starting_after: text.optional(),
});
type ListInput = z.output<typeof listForm>;

interface Listed {
  id: string;
  created: number;
}

/**
 * One page, newest first. `rows` in the order they were made; a cursor may point at a row that the filter
 * leaves out. Errors: resource_missing for an unknown cursor.
 */
export function listPage<T extends Listed>(
  rows: Iterable<T>,
  input: ListInput,
  list: { kind: string; url: string; filter?: (row: T) => boolean },
): { object: 'list'; data: T[]; has_more: boolean; url: string } {
  const newestFirst = [...rows].reverse();
  const wanted = (row: T) => inRange(row, input.created) && (list.filter?.(row) ?? true);
  const place = (id: string, param: string): number => {
    const index = newestFirst.findIndex((row) => row.id === id);
    if (index === -1) throw resourceMissing(list.kind, id, param);
    return index;
  };
  const { limit, starting_after: after, ending_before: before } = input;
  const start = after === undefined ? 0 : place(after, 'starting_after') + 1;
  const end = before === undefined ? newestFirst.length : place(before, 'ending_before');
  const found = newestFirst.slice(start, end).filter(wanted);
  const data = before === undefined ? found.slice(0, limit) : found.slice(-limit);
  return { object: 'list', data, has_more: found.length > data.length, url: list.url };
}

function inRange({ created }: Listed, range: ListInput['created'] = {}): boolean {
  const bounds: { gt?: number; gte?: number; lt?: number; lte?: number } = range;
  return (
    created > (bounds.gt ?? -Infinity) &&
    created >= (bounds.gte ?? -Infinity) &&
    created < (bounds.lt ?? Infinity) &&
    created <= (bounds.lte ?? Infinity)
  );
}
