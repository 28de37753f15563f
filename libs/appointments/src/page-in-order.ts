import type { PageRequest } from '#kernel';

/**
 * One page of `items` in ascending order of a number, ties by a text, as if all were sorted. Only what belongs on the page is:
 * the numbers alone are sorted by machine code, and tell which items lie on it.
 */
export function pageInOrder<T>(
  items: readonly T[],
  keyOf: (item: T) => number,
  tieOf: (item: T) => string,
  { page, pageSize }: PageRequest,
): T[] {
  const first = (page - 1) * pageSize;
  if (first >= items.length) return [];
  const keys = Float64Array.from(items, keyOf);
  const sorted = keys.toSorted();
  const least = sorted[first] as number;
  const greatest = sorted[Math.min(first + pageSize, sorted.length) - 1] as number;
  const near = items
    .flatMap((item, i) => {
      const key = keys[i] as number;
      return key >= least && key <= greatest ? [{ item, key, tie: tieOf(item) }] : [];
    })
    .sort((a, b) => (a.key === b.key ? (a.tie < b.tie ? -1 : 1) : a.key - b.key));
  const skipped = first - sorted.indexOf(least);
  return near.slice(skipped, skipped + pageSize).map(({ item }) => item);
}
