import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Page, PageRequest } from '#kernel';

/**
 * Runs a list query for one page and counts all rows that match, in one statement. The query brings its
 * own filters and order; the order must be total (end with an id) so that pages do not overlap.
 */
export async function pageOf<DB, TB extends keyof DB, Row extends object>(
  query: SelectQueryBuilder<DB, TB, Row>,
  { page, pageSize }: PageRequest,
): Promise<Page<Row>> {
  return read(query, sql<number>`count(*) over ()`, { page, pageSize });
}

/**
 * As `pageOf`, for a table of which most rows may match: an index gives the page, and the rows are counted
 * apart from it. With 50,000 rows that takes a quarter of the time of a count that each row passes through.
 */
export async function pageOfMany<DB, TB extends keyof DB, Row extends object>(
  query: SelectQueryBuilder<DB, TB, Row>,
  page: PageRequest,
): Promise<Page<Row>> {
  return read(query, sql<number>`${counting(query)}`, page);
}

async function read<DB, TB extends keyof DB, Row extends object>(
  query: SelectQueryBuilder<DB, TB, Row>,
  matching: RawBuilder<number>,
  { page, pageSize }: PageRequest,
): Promise<Page<Row>> {
  const rows = await query
    .select(matching.as('matching'))
    .limit(pageSize)
    .offset((page - 1) * pageSize)
    .execute();
  const items = rows as unknown as (Row & { matching: number })[];
  const first = items[0];
  if (first) return { items, total: first.matching, page, pageSize };
  if (page === 1) return { items, total: 0, page, pageSize };
  // Past the last page: the window function had no row to tell the total with.
  const counted = await counting(query).executeTakeFirst();
  return { items: [], total: (counted as { total: number } | undefined)?.total ?? 0, page, pageSize };
}

function counting<DB, TB extends keyof DB, Row extends object>(query: SelectQueryBuilder<DB, TB, Row>) {
  return query.clearSelect().clearOrderBy().select(sql<number>`count(*)`.as('total'));
}
