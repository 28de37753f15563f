import type { PageRequest } from '#kernel';

/**
 * Which items lie on a page when all are sorted by `keys`, ascending, ties by `ties`: their indices, in that
 * order. Only what lies on it is really sorted: the bare numbers tell where the page begins and ends.
 */
export function pageInOrder(
  keys: Float64Array,
  ties: readonly string[],
  { page, pageSize }: PageRequest,
): number[] {
  const first = (page - 1) * pageSize;
  if (first >= keys.length) return [];
  const sorted = keys.toSorted();
  const least = sorted[first] as number;
  const greatest = sorted[Math.min(first + pageSize, sorted.length) - 1] as number;
  const near: number[] = [];
  for (const [i, key] of keys.entries()) if (key >= least && key <= greatest) near.push(i);
  near.sort((a, b) => {
    const [keyA, keyB] = [keys[a] as number, keys[b] as number];
    if (keyA !== keyB) return keyA - keyB;
    return (ties[a] as string) < (ties[b] as string) ? -1 : 1;
  });
  const skipped = first - sorted.indexOf(least);
  return near.slice(skipped, skipped + pageSize);
}
