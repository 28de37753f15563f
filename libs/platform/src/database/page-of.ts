import { type SelectQueryBuilder, sql } from 'kysely';
import type { Page, PageRequest } from '#kernel';

/**
 * Runs a list query for one page and counts all rows that match, in one statement. The query brings its
 * own filters and order; the order must be total (end with an id) so that pages do not overlap.
 */
export async function pageOf<DB, TB extends keyof DB, Row extends object>(
  query: SelectQueryBuilder<DB, TB, Row>,
  { page, pageSize }: PageRequest,
): Promise<Page<Row>> {
  const rows = await query
    .select(sql<number>`count(*) over ()`.as('matching'))
    .limit(pageSize)
    .offset((page - 1) * pageSize)
    .execute();
  const items = rows as unknown as (Row & { matching: number })[];
  const first = items[0];
  if (first) return { items, total: first.matching, page, pageSize };
  if (page === 1) return { items, total: 0, page, pageSize };
  // Past the last page: the window function had no row to tell the total with.
  const counted = await query
    .clearSelect()
    .clearOrderBy()
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirst();
  return { items: [], total: (counted as { total: number } | undefined)?.total ?? 0, page, pageSize };
}
