import { type RawBuilder, sql } from 'kysely';
import type { Period } from '#kernel';

/** The conditions of a filter that were given: `eb.and(given([filter.status && eb('status', '=', filter.status)]))`. */
export function given<T extends object>(conditions: readonly (T | undefined | null | false | '' | 0)[]): T[] {
  return conditions.filter((condition): condition is T => Boolean(condition));
}

/** `text` as a pattern for LIKE that finds it anywhere, with LIKE's own signs taken literally. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

/** That the instant in `column` lies in the period: nothing to say where the period has no end. */
export function within(column: string, { from, to }: Period = {}): RawBuilder<boolean>[] {
  return given([
    from && sql<boolean>`${sql.ref(column)} >= ${from}`,
    to && sql<boolean>`${sql.ref(column)} < ${to}`,
  ]);
}

/** `eb('id', '=', anyOf(ids))`: one parameter, so that the statement is the same, and prepared, for any number. */
export function anyOf(ids: readonly string[]): RawBuilder<string> {
  return sql<string>`any(${[...ids]}::uuid[])`;
}
