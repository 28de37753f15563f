import type { PageRequest } from '#kernel';

/**
 * Which items lie on a page when all are sorted by `keys`, ascending, ties by `ties`: their places, in that
 * order. An item whose key is NaN is left out. Only what lies on the page is really sorted: the bare numbers,
 * which machine code sorts, tell where it begins and ends.
 */
export function pageInOrder(
  keys: Float64Array,
  ties: readonly string[],
  { page, pageSize }: PageRequest,
): { readonly places: number[]; readonly total: number } {
  // NaN is sorted to the end.
  const sorted = keys.toSorted();
  let total = sorted.length;
  while (total > 0 && Number.isNaN(sorted[total - 1])) total--;
  const first = (page - 1) * pageSize;
  if (first >= total) return { places: [], total };
  const least = sorted[first] as number;
  const greatest = sorted[Math.min(first + pageSize, total) - 1] as number;
  const near: number[] = [];
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place] as number;
    if (key >= least && key <= greatest) near.push(place);
  }
  near.sort((a, b) => {
    const [keyA, keyB] = [keys[a] as number, keys[b] as number];
    if (keyA !== keyB) return keyA - keyB;
    return (ties[a] as string) < (ties[b] as string) ? -1 : 1;
  });
  const skipped = first - sorted.indexOf(least);
  return { places: near.slice(skipped, skipped + pageSize), total };
}
