import { type SelectQueryBuilder, sql } from 'kysely';

const BATCH = 1000;

/**
 * Reads all rows of a query in the order of their ids, some at a time, without holding a connection in between.
 * @param id the column of the ids, as the query names it
 */
export async function* batchesOf<DB, TB extends keyof DB, Row extends { readonly id: string }>(
  query: SelectQueryBuilder<DB, TB, Row>,
  id: string,
): AsyncGenerator<Row[]> {
  let last: string | undefined;
  for (;;) {
    const rest = last === undefined ? query : query.where(sql<boolean>`${sql.ref(id)} > ${last}`);
    const rows = await rest.orderBy(sql.ref(id)).limit(BATCH).execute();
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH) return;
    last = rows.at(-1)?.id;
  }
}
