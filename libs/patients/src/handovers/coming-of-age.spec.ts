import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ofAgeOn } from './coming-of-age.ts';

describe('coming of age', () => {
  it('is the eighteenth birthday, or the day after 28 February', () => {
    expect(ofAgeOn('2009-03-31')).toBe('2027-03-31');
    expect(ofAgeOn('2008-02-29')).toBe('2026-03-01');
    expect(ofAgeOn('2008-02-28')).toBe('2026-02-28');
  });
});
