import type { Measurements, VitalSign } from './vitals.entity.ts';

/** What is usual, both ends included, in the sign's own unit. */
export interface ReferenceRange {
  readonly low: number;
  readonly high: number;
}

export type Flag = 'low' | 'normal' | 'high';
/** Of the signs that were measured and have a usual range; weight and height have none without growth curves. */
export type Flags = Readonly<Partial<Record<VitalSign, Flag>>>;

type Ranges = Readonly<Partial<Record<VitalSign, readonly [low: number, high: number]>>>;

/** The same at every age that they are used for here. */
const ANY_AGE: Ranges = {
  temperature: [36, 37.5],
  oxygenSaturation: [95, 100],
  bloodGlucose: [70, 140],
};

/**
 * By age, the youngest first: heart rate awake, breathing and blood pressure of children as paediatric life
 * support teaches them, of adults as in general use. They point at a number; they judge nobody.
 */
const BY_AGE: readonly { readonly underMonths: number; readonly ranges: Ranges }[] = [
  { underMonths: 1, ranges: signs([100, 205], [30, 53], [67, 84], [35, 53]) },
  { underMonths: 12, ranges: signs([100, 180], [30, 53], [72, 104], [37, 56]) },
  { underMonths: 3 * 12, ranges: signs([98, 140], [22, 37], [86, 106], [42, 63]) },
  { underMonths: 6 * 12, ranges: signs([80, 120], [20, 28], [89, 112], [46, 72]) },
  { underMonths: 10 * 12, ranges: signs([75, 118], [18, 25], [97, 115], [57, 76]) },
  { underMonths: 12 * 12, ranges: signs([75, 118], [18, 25], [102, 120], [61, 80]) },
  { underMonths: 18 * 12, ranges: signs([60, 100], [12, 20], [110, 131], [64, 83]) },
  { underMonths: Infinity, ranges: signs([60, 100], [12, 20], [90, 139], [60, 89]) },
];

function signs(
  heartRate: readonly [number, number],
  respiratoryRate: readonly [number, number],
  systolic: readonly [number, number],
  diastolic: readonly [number, number],
): Ranges {
  return { ...ANY_AGE, heartRate, respiratoryRate, systolic, diastolic };
}

/**
 * What is usual on `day` for somebody born on `dateOfBirth`; for an adult, where that is not recorded: only
 * the charts of people with an account of their own lack it.
 */
export function referenceRange(
  sign: VitalSign,
  dateOfBirth: string | null,
  day: Temporal.PlainDate,
): ReferenceRange | null {
  const range = rangesAt(dateOfBirth, day)[sign];
  return range ? { low: range[0], high: range[1] } : null;
}

export function flagsOf(
  measurements: Measurements,
  dateOfBirth: string | null,
  day: Temporal.PlainDate,
): Flags {
  const ranges = rangesAt(dateOfBirth, day);
  return Object.fromEntries(
    Object.entries(measurements).flatMap(([sign, value]) => {
      const range = ranges[sign as VitalSign];
      return range ? [[sign, flagOf(value, range)]] : [];
    }),
  );
}

function flagOf(value: number, [low, high]: readonly [number, number]): Flag {
  if (value < low) return 'low';
  return value > high ? 'high' : 'normal';
}

function rangesAt(dateOfBirth: string | null, day: Temporal.PlainDate): Ranges {
  const months = dateOfBirth
    ? Temporal.PlainDate.from(dateOfBirth).until(day, { largestUnit: 'months' }).months
    : Infinity;
  return (
    BY_AGE.find(({ underMonths }) => months < underMonths)?.ranges ?? BY_AGE[BY_AGE.length - 1]?.ranges ?? {}
  );
}
