import { describe, it } from 'node:test';
import { expect } from 'expect';
import { z } from 'zod';
import './validation.pipe.ts';

const Example = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(5),
  status: z.enum(['active', 'ended']),
  start: z.iso.datetime({ offset: true }),
  day: z.iso.date(),
  count: z.int().min(1).max(3),
  tags: z.array(z.string()).max(1),
  kind: z.discriminatedUnion('type', [
    z.object({ type: z.literal('a') }),
    z.object({ type: z.literal('b') }),
  ]),
  code: z.string().regex(/^x$/, 'An x.'),
});

const messages = (value: object) =>
  Object.fromEntries(
    (Example.safeParse(value).error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]),
  );

describe('what is said of a field', () => {
  it('that is missing', () => {
    const { 'kind.type': type, ...others } = messages({ kind: {} });
    expect(type).toBe('Must be one of a, b.');
    expect([...new Set(Object.values(others))]).toEqual(['Is required.']);
  });

  it('that is wrong', () => {
    const wrong = { id: 'x', name: '', status: 'on', start: '2026', day: '2026', count: 4, tags: ['a', 'b'] };
    expect(messages({ ...wrong, kind: { type: 'c' }, code: 'y' })).toEqual({
      id: 'Must be a UUID.',
      name: 'Must not be empty.',
      status: 'Must be one of active, ended.',
      start: 'Must be an instant with its offset, such as 2026-03-01T10:00:00Z.',
      day: 'Must be a date, YYYY-MM-DD.',
      count: 'Must be at most 3.',
      tags: 'Must have at most 1 items.',
      'kind.type': 'Must be one of a, b.',
      code: 'An x.',
    });
  });

  it('that is of another type', () => {
    expect(messages({ name: 3, count: 'x', tags: 'a' })).toMatchObject({
      name: 'Must be text.',
      count: 'Must be a number.',
      tags: 'Must be a list.',
    });
  });
});
