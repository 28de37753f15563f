import { z } from 'zod';
import type { PageRequest, Period } from '#kernel';

const MAX_PAGE_SIZE = 100;
const FORMATS = ['csv', 'xlsx'] as const;

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

/** What a list can be narrowed by, besides the filters of its own. */
type Narrowing = 'search' | 'created' | 'updated';

interface Narrowed {
  readonly search?: string;
  readonly created: Period;
  readonly updated: Period;
}

interface Paged<Column extends string> {
  readonly page: PageRequest;
  readonly order?: Order<Column>;
}

/** What a client may send for each of them. */
const NARROWINGS = {
  search: {
    search: z.string().trim().min(1).max(200).optional(),
  },
  created: {
    created_at: day.optional().describe('Made on this day (UTC).'),
    created_after: instant.optional(),
    created_before: instant.optional(),
  },
  updated: {
    updated_at: day.optional().describe('Last changed on this day (UTC).'),
    updated_after: instant.optional(),
    updated_before: instant.optional(),
  },
} satisfies Record<Narrowing, z.ZodRawShape>;

const EVERY = Object.keys(NARROWINGS) as Narrowing[];

/**
 * The query of a list: `page`, `page_size`, `ordering` (a name of `orderings`, `-` in front for descending),
 * the filters of the list itself, and of `search`, `created_at` and `updated_at` (a day, or `_after` and
 * `_before` for instants) those that the list honours.
 *
 * @param orderings each name that a client may order by, with the domain's word for it.
 * @param by all of them when left out. What is not named here is not published either.
 */
export function listQuery<
  Column extends string,
  Filters extends z.ZodRawShape,
  By extends Narrowing = Narrowing,
>(orderings: Readonly<Record<string, Column>>, filters: Filters, by: readonly By[] = EVERY as By[]) {
  const names = Object.keys(orderings);
  const choices = [...names, ...names.map((name) => `-${name}`)] as [string, ...string[]];
  return z
    .object({
      page: z.coerce.number().int().min(1).max(1_000_000).default(1),
      page_size: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(20),
      ordering: z.enum(choices).optional().describe('Prefix with `-` for descending order.'),
      ...shapeOf(by),
      ...filters,
    })
    .transform((query) => {
      const { page, page_size, ordering, ...rest } = query as Base;
      const { narrowed, own } = split(rest, by);
      const common: Paged<Column> & Pick<Narrowed, By> = {
        page: { page, pageSize: page_size },
        ...(ordering && {
          order: {
            by: orderings[ordering.replace('-', '')] as Column,
            descending: ordering.startsWith('-'),
          },
        }),
        ...narrowed,
      };
      return { ...(own as z.output<z.ZodObject<Filters>>), ...common };
    });
}

/** The query of what a list adds up to: its filters, without its pages and its order. */
export function narrowedQuery<Filters extends z.ZodRawShape, By extends Narrowing = Narrowing>(
  filters: Filters,
  by: readonly By[] = EVERY as By[],
) {
  return z.object({ ...shapeOf(by), ...filters }).transform((query) => {
    const { narrowed, own } = split(query as Sent, by);
    return { ...(own as z.output<z.ZodObject<Filters>>), ...narrowed };
  });
}

/** The query of an export: the filters of the list, and the `format` of the file. */
export function exportQuery<Filters extends z.ZodRawShape, By extends Narrowing = Narrowing>(
  filters: Filters,
  by?: readonly By[],
) {
  const format = z.enum(FORMATS).default('csv');
  return narrowedQuery({ format, ...filters }, by).transform((query) => {
    const { format, ...filter } = query as { format: (typeof FORMATS)[number] } & z.output<
      z.ZodObject<Filters>
    > &
      Pick<Narrowed, By>;
    return { format, filter };
  });
}

function shapeOf(by: readonly Narrowing[]): z.ZodRawShape {
  return Object.assign({}, ...by.map((narrowing) => NARROWINGS[narrowing])) as z.ZodRawShape;
}

/** What the list is narrowed by, apart from its own filters. */
function split<By extends Narrowing>(query: Sent, by: readonly By[]) {
  const { search, created_at, created_after, created_before, ...others } = query;
  const { updated_at, updated_after, updated_before, ...own } = others;
  const narrowed: Narrowed = {
    ...(search && { search }),
    created: { from: created_at?.from ?? created_after, to: created_at?.to ?? created_before },
    updated: { from: updated_at?.from ?? updated_after, to: updated_at?.to ?? updated_before },
  };
  const honoured = Object.entries(narrowed).filter(([name]) => by.includes(name as By));
  return { narrowed: Object.fromEntries(honoured) as unknown as Pick<Narrowed, By>, own };
}

interface Base extends Sent {
  page: number;
  page_size: number;
  ordering?: string;
}

interface Sent {
  search?: string;
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
