import { describe, it } from 'node:test';
import { expect } from 'expect';
import { endOf, offerUntil, startOf, suits, type Wish } from './waitlist-entry.ts';

const wish = (of: Partial<Wish> = {}): Wish => ({
  fromDate: '2027-03-27',
  toDate: '2027-03-28',
  earliestTime: null,
  latestTime: null,
  timeZone: 'Europe/Paris',
  ...of,
});
const at = (local: string, zone = 'Europe/Paris') =>
  Temporal.ZonedDateTime.from(`${local}[${zone}]`).toInstant();

describe('a wish on the waitlist', () => {
  it('is suited by its days, both included, on the wall clock of its zone', () => {
    expect(suits(wish(), at('2027-03-27T00:00'))).toBe(true);
    expect(suits(wish(), at('2027-03-28T23:59'))).toBe(true);
    expect(suits(wish(), at('2027-03-26T23:59'))).toBe(false);
    expect(suits(wish(), at('2027-03-29T00:00'))).toBe(false);
    expect(suits(wish({ timeZone: 'Asia/Kolkata' }), at('2027-03-26T23:59'))).toBe(true);
  });

  it('is suited by starts from the earliest time on and before the latest', () => {
    const morning = wish({ earliestTime: '09:00', latestTime: '12:00' });
    expect(
      ['08:59', '09:00', '11:59', '12:00'].map((time) => suits(morning, at(`2027-03-27T${time}`))),
    ).toEqual([false, true, true, false]);
    expect(suits(wish({ latestTime: '24:00' }), at('2027-03-27T23:45'))).toBe(true);
  });

  it('covers a day of 23 hours where the clocks are put forward', () => {
    const day = wish({ fromDate: '2027-03-28' });
    expect(startOf(day).until(endOf(day)).total('hours')).toBe(23);
  });
});

describe('an offer', () => {
  const now = Temporal.Instant.from('2027-03-27T10:00:00Z');
  const minutes = (until: number) => {
    const end = offerUntil(now.add({ minutes: until }), now);
    return end && now.until(end).total('minutes');
  };

  it('stands for half an hour, or for half of the time that is left', () => {
    expect(minutes(60 * 24)).toBe(30);
    expect(minutes(60)).toBe(30);
    expect(minutes(59)).toBe(29);
    expect(minutes(10)).toBe(5);
  });

  it('is not made when there is no time to decide', () => {
    for (const left of [9, 0, -60]) expect(minutes(left)).toBeNull();
  });
});
