import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { pageInOrder } from './page-in-order.ts';

describe('pageInOrder', () => {
  it('is what sorting all would give, page by page', () => {
    const items = fc.array(
      fc.record({
        key: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(Infinity, -Infinity, NaN)),
        id: fc.uuid(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 9 }), (all, pageSize) => {
        const sorted = all
          .filter(({ key }) => !Number.isNaN(key))
          .toSorted((a, b) => (a.key === b.key ? (a.id < b.id ? -1 : 1) : a.key < b.key ? -1 : 1));
        const pages = Array.from({ length: Math.ceil(sorted.length / pageSize) + 1 }, (_, page) =>
          pageInOrder(
            Float64Array.from(all, ({ key }) => key),
            all.map(({ id }) => id),
            { page: page + 1, pageSize },
          ).places.map((place) => all[place]),
        );
        expect(pages.flat()).toEqual(sorted);
        expect(pages.slice(0, -2).every((page) => page.length === pageSize)).toBe(true);
      }),
    );
  });
});
