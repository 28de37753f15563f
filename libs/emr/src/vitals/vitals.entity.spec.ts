import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { inOwnUnit, limitsIn, unitsOf, VITAL_SIGNS, type VitalSign } from './vitals.entity.ts';

const SIGNS = Object.keys(VITAL_SIGNS) as VitalSign[];

describe('units of vital signs', () => {
  it('are turned into the one that is kept', () => {
    expect(inOwnUnit('temperature', 98.6, '°F')).toBe(37);
    expect(inOwnUnit('temperature', -40, '°F')).toBe(-40);
    expect(inOwnUnit('weight', 150, 'lb')).toBe(68.04);
    expect(inOwnUnit('height', 70, 'in')).toBe(177.8);
    expect(inOwnUnit('bloodGlucose', 5.5, 'mmol/L')).toBe(99.09);
    expect(inOwnUnit('temperature', 37.123, '°C')).toBe(37.123);
  });

  it('tell the limits in the unit that was given', () => {
    expect(limitsIn('temperature', '°F')).toEqual({ min: 77, max: 113 });
    expect(limitsIn('temperature', '°C')).toEqual({ min: 25, max: 45 });
    expect(limitsIn('weight', 'lb')).toEqual({ min: 0.66, max: 1102.31 });
  });

  it('never leave the plausible range by being turned', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SIGNS), fc.double({ min: 0, max: 1, noNaN: true }), (sign, share) => {
        for (const unit of unitsOf(sign)) {
          const { min, max } = limitsIn(sign, unit);
          const kept = inOwnUnit(sign, min + share * (max - min), unit);
          // Limits are told to two decimals.
          expect(kept).toBeGreaterThanOrEqual(VITAL_SIGNS[sign].min - 0.2);
          expect(kept).toBeLessThanOrEqual(VITAL_SIGNS[sign].max + 0.2);
        }
      }),
    );
  });
});
