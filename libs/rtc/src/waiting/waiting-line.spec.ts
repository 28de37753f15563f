import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { type LinedVisit, waitingLine } from './waiting-line.ts';

const TEN = Temporal.Instant.from('2026-11-02T10:00:00Z');
const at = (minutes: number) => TEN.add({ minutes });
const visit = (
  appointmentId: string,
  status: LinedVisit['status'],
  start: number,
  more = {},
): LinedVisit => ({
  appointmentId,
  status,
  startsAt: at(start),
  endsAt: at(start + 30),
  announcedStartAt: null,
  ...more,
});

describe('waitingLine', () => {
  it('puts those who wait one after the other, behind the visit that is going on', () => {
    const day = [
      visit('third', 'arrived', 90),
      visit('now', 'in_progress', -20),
      visit('first', 'arrived', 0),
      visit('absent', 'scheduled', 5),
      visit('second', 'arrived', 30),
    ];
    expect(waitingLine(day, TEN)).toEqual(
      new Map([
        ['first', { place: 1, estimatedStart: at(10), runningLate: true }],
        ['second', { place: 2, estimatedStart: at(40), runningLate: true }],
        ['third', { place: 3, estimatedStart: at(90), runningLate: false }],
      ]),
    );
  });

  it('takes the doctor at their word, and nobody before their time', () => {
    const day = [
      visit('announced', 'arrived', 0, { announcedStartAt: at(20) }),
      visit('early', 'arrived', 60),
      visit('overrun', 'in_progress', -120),
    ];
    const line = waitingLine(day, at(3));
    expect(line.get('announced')).toEqual({ place: 1, estimatedStart: at(20), runningLate: true });
    expect(line.get('early')).toEqual({ place: 2, estimatedStart: at(60), runningLate: false });
    expect(waitingLine(day, at(25)).get('announced')?.estimatedStart).toEqual(at(25));
  });

  it('never overlaps two visits nor begins one before its time, whatever the day', () => {
    const anyVisit = fc.record({
      start: fc.integer({ min: -300, max: 300 }),
      minutes: fc.integer({ min: 5, max: 90 }),
      status: fc.constantFrom<LinedVisit['status']>('scheduled', 'arrived', 'in_progress', 'completed'),
      announced: fc.option(fc.integer({ min: -60, max: 120 })),
    });
    fc.assert(
      fc.property(fc.array(anyVisit, { maxLength: 12 }), (day) => {
        const visits = day.map(({ start, minutes, status, announced }, index) =>
          visit(String(index), status, start, {
            endsAt: at(start + minutes),
            announcedStartAt: announced === null ? null : at(announced),
          }),
        );
        const line = [...waitingLine(visits, TEN)].map(([id, place]) => ({
          ...place,
          visit: visits[Number(id)]!,
        }));
        expect(line).toHaveLength(visits.filter(({ status }) => status === 'arrived').length);
        line.forEach(({ place, estimatedStart, visit: own }, index) => {
          expect(place).toBe(index + 1);
          expect(Temporal.Instant.compare(estimatedStart, own.startsAt)).toBeGreaterThanOrEqual(0);
          expect(Temporal.Instant.compare(estimatedStart, TEN)).toBeGreaterThanOrEqual(0);
          const before = line[index - 1];
          if (!before) return;
          const over = before.estimatedStart.add(before.visit.startsAt.until(before.visit.endsAt));
          expect(Temporal.Instant.compare(estimatedStart, over)).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });
});
