import { describe, it } from 'node:test';
import { expect } from 'expect';
import { flagsOf, referenceRange } from './reference-ranges.ts';

const day = Temporal.PlainDate.from('2026-06-15');

describe('reference ranges', () => {
  it('judge a number by the age on the day it was taken', () => {
    const crying = { heartRate: 150, respiratoryRate: 40 };
    expect(flagsOf(crying, '2026-06-01', day)).toEqual({ heartRate: 'normal', respiratoryRate: 'normal' });
    expect(flagsOf(crying, '2020-06-15', day)).toEqual({ heartRate: 'high', respiratoryRate: 'high' });
    expect(flagsOf(crying, '2020-06-15', Temporal.PlainDate.from('2020-07-01'))).toEqual({
      heartRate: 'normal',
      respiratoryRate: 'normal',
    });
  });

  it('take somebody without a date of birth for an adult', () => {
    expect(flagsOf({ systolic: 90, diastolic: 59, temperature: 37.6, weight: 80 }, null, day)).toEqual({
      systolic: 'normal',
      diastolic: 'low',
      temperature: 'high',
    });
  });

  it('change on the birthday, and include both ends', () => {
    expect(referenceRange('systolic', '2008-06-16', day)).toEqual({ low: 110, high: 131 });
    expect(referenceRange('systolic', '2008-06-15', day)).toEqual({ low: 90, high: 139 });
    expect(referenceRange('weight', '2008-06-15', day)).toBeNull();
    expect(flagsOf({ systolic: 139 }, null, day)).toEqual({ systolic: 'normal' });
  });

  it('hold at every age, before birth too, since a date can be wrong', () => {
    for (const born of ['1900-01-01', '2026-06-15', '2027-01-01']) {
      expect(referenceRange('heartRate', born, day)).not.toBeNull();
    }
  });
});
