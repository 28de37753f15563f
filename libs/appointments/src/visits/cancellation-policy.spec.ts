import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { CANCELLATION_POLICY } from '#doctors';
import { money } from '#kernel';
import { freeUntil, PATIENCE_MINUTES, type Quotable, quote } from './cancellation-policy.ts';

const START = Temporal.Instant.from('2027-03-28T01:30:00Z');
const before = (hours: number) => START.subtract({ seconds: Math.round(hours * 3600) });

const visit = (of: Partial<Quotable> = {}): Quotable => ({
  cancellationPolicy: { freeUntilHours: 48, partialRefundPercent: 40, partialUntilHours: 6 },
  freeCancellation: 'by_policy',
  fee: money(5001, 'EUR'),
  startsAt: START,
  patientArrivedAt: null,
  doctorArrivedAt: null,
  ...of,
});
const percent = (of: Partial<Quotable>, at: Temporal.Instant) =>
  quote(visit(of), 'patient', at).refundPercent;

describe('what a patient gets back', () => {
  it('changes at the two limits of the policy, and belongs to the better side on the very second', () => {
    expect(percent({}, before(48))).toBe(100);
    expect(percent({}, before(48).add({ milliseconds: 1 }))).toBe(40);
    expect(percent({}, before(6))).toBe(40);
    expect(percent({}, before(6).add({ milliseconds: 1 }))).toBe(0);
    expect(percent({}, START.add({ hours: 1 }))).toBe(0);
    expect(quote(visit(), 'patient', before(7)).refund).toEqual({ amount: 2000, currency: 'EUR' });
  });

  it('is a part until the start and nothing afterwards under the platform’s own policy', () => {
    const own = { cancellationPolicy: CANCELLATION_POLICY };
    expect(percent(own, before(24))).toBe(100);
    expect(percent(own, START)).toBe(50);
    expect(percent(own, START.add({ milliseconds: 1 }))).toBe(0);
  });

  it('can be sent: of three decimals the last is 0, and what that takes is not the patient’s loss', () => {
    const dinars = (amount: number) =>
      quote(visit({ fee: money(amount, 'KWD') }), 'patient', before(7)).refund;
    expect(dinars(12_350)).toEqual({ amount: 4940, currency: 'KWD' });
    expect(dinars(12_340)).toEqual({ amount: 4940, currency: 'KWD' });
    expect(dinars(10)).toEqual({ amount: 10, currency: 'KWD' });
    expect(dinars(0)).toEqual({ amount: 0, currency: 'KWD' });
  });

  it('is everything until the start of a time that the doctor chose, and never after a late move', () => {
    expect(percent({ freeCancellation: 'until_start' }, START)).toBe(100);
    expect(percent({ freeCancellation: 'until_start' }, START.add({ seconds: 1 }))).toBe(0);
    expect(percent({ freeCancellation: 'never' }, before(1000))).toBe(40);
    expect(freeUntil(visit({ freeCancellation: 'never' }))).toBeNull();
  });

  it('is everything for who waits in vain, and nothing for who did not wait or was met', () => {
    const late = START.add({ minutes: PATIENCE_MINUTES });
    expect(percent({ patientArrivedAt: START }, late)).toBe(100);
    expect(percent({ patientArrivedAt: START }, late.subtract({ milliseconds: 1 }))).toBe(0);
    expect(percent({ patientArrivedAt: START, doctorArrivedAt: START }, late)).toBe(0);
    expect(percent({}, late)).toBe(0);
  });

  const policies = fc.record({
    freeUntilHours: fc.integer({ min: 0, max: 24 * 30 }),
    partialRefundPercent: fc.integer({ min: 0, max: 100 }),
    partialUntilHours: fc.integer({ min: 0, max: 24 * 30 }),
  });
  const visits = fc
    .record({
      cancellationPolicy: policies,
      freeCancellation: fc.constantFrom('by_policy', 'until_start', 'never'),
      fee: fc.oneof(
        fc.integer({ min: 0, max: 10_000_000 }).map((amount) => money(amount, 'EUR')),
        fc.integer({ min: 0, max: 1_000_000 }).map((steps) => money(10 * steps, 'KWD')),
      ),
    })
    .map(visit);
  const minutes = fc.integer({ min: -60 * 24 * 40, max: 60 * 24 * 2 });

  it('never grows while time passes, and is never more than was paid nor less than nothing', () => {
    fc.assert(
      fc.property(visits, minutes, minutes, (one, a, b) => {
        const at = (minute: number) => quote(one, 'patient', START.add({ minutes: minute })).refund.amount;
        const [earlier, later] = [at(Math.min(a, b)), at(Math.max(a, b))];
        expect(later).toBeLessThanOrEqual(earlier);
        expect(earlier).toBeLessThanOrEqual(one.fee.amount);
        expect(later).toBeGreaterThanOrEqual(0);
        if (one.fee.currency === 'KWD') expect(later % 10).toBe(0);
      }),
    );
  });

  it('is everything, whatever the policy, when somebody else calls it off', () => {
    fc.assert(
      fc.property(visits, minutes, fc.constantFrom('doctor', 'admin', 'system'), (one, minute, by) => {
        expect(quote(one, by, START.add({ minutes: minute })).refund).toEqual(one.fee);
      }),
    );
  });
});
