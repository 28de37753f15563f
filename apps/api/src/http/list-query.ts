import { z } from 'zod';
import type { PageRequest, Period } from '#kernel';

const MAX_PAGE_SIZE = 100;

const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => Temporal.Instant.from(text))
  .meta({ format: 'date-time' });

/** A calendar day in UTC, as the half-open range of instants that it covers. */
const day = z.iso.date().transform((text) => {
  const start = Temporal.PlainDate.from(text).toZonedDateTime('UTC');
  return { from: start.toInstant(), to: start.add({ days: 1 }).toInstant() };
});

interface Order<Column extends string> {
  readonly by: Column;
  readonly descending: boolean;
}

interface ListQuery<Column extends string> {
  readonly page: PageRequest;
  readonly search?: string;
  readonly order?: Order<Column>;
  readonly created: Period;
  readonly updated: Period;
}

/**
 * The query of a list: `page`, `page_size`, `search`, `ordering` (a name of `orderings`, `-` in front for
 * descending), `created_at` and `updated_at` (a day, or `_after` and `_before` for instants), and the
 * filters of the list itself.
 *
 * @param orderings each name that a client may order by, with the domain's word for it.
 */
export function listQuery<Column extends string, Filters extends z.ZodRawShape>(
  orderings: Readonly<Record<string, Column>>,
  filters: Filters,
) {
  const names = Object.keys(orderings);
  const choices = [...names, ...names.map((name) => `-${name}`)] as [string, ...string[]];
  return z
    .object({
      page: z.coerce.number().int().min(1).max(1_000_000).default(1),
      page_size: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(20),
      search: z.string().trim().min(1).max(200).optional(),
      ordering: z.enum(choices).optional().describe('Prefix with `-` for descending order.'),
      ...TIMES,
      ...filters,
    })
    .transform((query) => {
      const { page, page_size, search, ordering, ...rest } = query as Base;
      const { times, own } = timesOf(rest);
      const common: ListQuery<Column> = {
        page: { page, pageSize: page_size },
        ...(search && { search }),
        ...(ordering && {
          order: {
            by: orderings[ordering.replace('-', '')] as Column,
            descending: ordering.startsWith('-'),
          },
        }),
        ...times,
      };
      return { ...(own as z.output<z.ZodObject<Filters>>), ...common };
    });
}

/** The filter of an export whose rows have something to search in. */
export const SEARCH = { search: z.string().trim().min(1).max(200).optional() };

/** The query of an export: filters of the list without its pages and its order, and the `format` of the file. */
export function exportQuery<Filters extends z.ZodRawShape>(filters: Filters) {
  return z
    .object({
      format: z.enum(['csv', 'xlsx']).default('csv'),
      ...TIMES,
      ...filters,
    })
    .transform((query) => {
      const { format, ...rest } = query as Times & { format: 'csv' | 'xlsx' };
      const { times, own } = timesOf(rest);
      return { format, filter: { ...(own as z.output<z.ZodObject<Filters>>), ...times } };
    });
}

const TIMES = {
  created_at: day.optional().describe('Made on this day (UTC).'),
  created_after: instant.optional(),
  created_before: instant.optional(),
  updated_at: day.optional().describe('Last changed on this day (UTC).'),
  updated_after: instant.optional(),
  updated_before: instant.optional(),
};

function timesOf(query: Times): { times: { created: Period; updated: Period }; own: object } {
  const { created_at, created_after, created_before, updated_at, updated_after, updated_before, ...own } =
    query;
  return {
    times: {
      created: { from: created_at?.from ?? created_after, to: created_at?.to ?? created_before },
      updated: { from: updated_at?.from ?? updated_after, to: updated_at?.to ?? updated_before },
    },
    own,
  };
}

interface Base extends Times {
  page: number;
  page_size: number;
  search?: string;
  ordering?: string;
}

interface Times {
  created_at?: Required<Period>;
  updated_at?: Required<Period>;
  created_after?: Temporal.Instant;
  created_before?: Temporal.Instant;
  updated_after?: Temporal.Instant;
  updated_before?: Temporal.Instant;
}

/** What lies in all of the periods. */
export function narrowest(periods: readonly Period[]): Period {
  const order = (one: Temporal.Instant, other: Temporal.Instant) => Temporal.Instant.compare(one, other);
  const starts = periods.flatMap(({ from }) => from ?? []).sort(order);
  const ends = periods.flatMap(({ to }) => to ?? []).sort(order);
  return { from: starts.at(-1), to: ends[0] };
}
