import { describe, it } from 'node:test';
import { expect } from 'expect';
import { periodOf } from './payout-period.ts';

const day = (text: string) => Temporal.PlainDate.from(text);
const text = ({ from, to }: ReturnType<typeof periodOf>) => [from.toString(), to.toString()];

describe('the period of a payout', () => {
  it('is a month of the doctor’s, whose ends lie on both sides of a clock change', () => {
    const month = Temporal.PlainYearMonth.from('2026-03');
    expect(text(periodOf({ month }, 'Europe/Paris'))).toEqual([
      '2026-02-28T23:00:00Z',
      '2026-03-31T22:00:00Z',
    ]);
    expect(text(periodOf({ month }, 'Asia/Kolkata'))).toEqual([
      '2026-02-28T18:30:00Z',
      '2026-03-31T18:30:00Z',
    ]);
  });

  it('is meant to the end of its last day, and exactly to an instant', () => {
    expect(text(periodOf({ from: day('2026-07-01'), to: day('2026-07-01') }, 'UTC'))).toEqual([
      '2026-07-01T00:00:00Z',
      '2026-07-02T00:00:00Z',
    ]);
    const to = Temporal.Instant.from('2026-07-01T12:00:00Z');
    expect(text(periodOf({ from: day('2026-07-01'), to }, 'UTC'))).toEqual([
      '2026-07-01T00:00:00Z',
      '2026-07-01T12:00:00Z',
    ]);
  });

  it('ends after it begins', () => {
    const from = Temporal.Instant.from('2026-07-01T00:00:00Z');
    expect(() => periodOf({ from, to: from }, 'UTC')).toThrow('A period ends after it begins.');
    expect(() => periodOf({ from: day('2026-07-02'), to: day('2026-07-01') }, 'UTC')).toThrow();
  });
});
