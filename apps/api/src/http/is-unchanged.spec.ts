import { describe, it } from 'node:test';
import { expect } from 'expect';
import { isUnchanged } from './is-unchanged.ts';

const version = { etag: '"abc"', changedAt: Temporal.Instant.from('2026-03-01T10:00:00.900Z') };

describe('a question for another version', () => {
  it('is answered by the tag where one is sent, weak or among others', () => {
    for (const known of ['"abc"', 'W/"abc"', '"x", "abc"', '*']) {
      expect(isUnchanged({ 'if-none-match': known }, version)).toBe(true);
    }
    for (const known of ['"abcd"', 'abc', '', '"x"']) {
      const late = 'Sun, 01 Mar 2037 10:00:00 GMT';
      expect(isUnchanged({ 'if-none-match': known, 'if-modified-since': late }, version)).toBe(false);
    }
  });

  it('is otherwise answered by the date, to the second', () => {
    const since = (text: string) => isUnchanged({ 'if-modified-since': text }, version);
    expect(since('Sun, 01 Mar 2026 10:00:00 GMT')).toBe(true);
    expect(since('Sun, 01 Mar 2026 09:59:59 GMT')).toBe(false);
    expect(since('yesterday')).toBe(false);
    expect(isUnchanged({}, version)).toBe(false);
  });
});
