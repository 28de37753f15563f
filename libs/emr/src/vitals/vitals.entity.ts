import type { Selectable } from 'kysely';
import type { Tables } from '#platform';
import { bloodPressureIncomplete, bloodPressureReversed, vitalsEmpty } from '../emr.errors.ts';
import type { Flags } from './reference-ranges.ts';

/**
 * What can be measured, with the unit it is kept in and the range outside of which a number is a slip of
 * the pen and not a finding: wide enough for every living patient, a newborn's included. `also` has the
 * other units it may be given in: what is kept is (number + offset) × factor.
 */
export const VITAL_SIGNS = {
  systolic: { unit: 'mmHg', min: 30, max: 300 },
  diastolic: { unit: 'mmHg', min: 10, max: 200 },
  heartRate: { unit: 'beats/min', min: 20, max: 300 },
  respiratoryRate: { unit: 'breaths/min', min: 3, max: 100 },
  temperature: { unit: '°C', min: 25, max: 45, also: { '°F': { offset: -32, factor: 5 / 9 } } },
  oxygenSaturation: { unit: '%', min: 30, max: 100 },
  weight: { unit: 'kg', min: 0.3, max: 500, also: { lb: { factor: 0.45359237 } } },
  height: { unit: 'cm', min: 20, max: 260, also: { in: { factor: 2.54 } } },
  // A millimole of glucose weighs 180.16 mg.
  bloodGlucose: { unit: 'mg/dL', min: 10, max: 1500, also: { 'mmol/L': { factor: 18.016 } } },
} as const satisfies Record<string, VitalSignDefinition>;

interface VitalSignDefinition {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly also?: Readonly<Record<string, Conversion>>;
}

interface Conversion {
  readonly factor: number;
  readonly offset?: number;
}

export type VitalSign = keyof typeof VITAL_SIGNS;

/** The units in which a sign may be given, its own first. */
export function unitsOf(sign: VitalSign): [string, ...string[]] {
  const { unit, also } = definition(sign);
  return [unit, ...Object.keys(also ?? {})];
}

/** A number in the unit that the sign is kept in, to two decimals. */
export function inOwnUnit(sign: VitalSign, value: number, unit: string): number {
  const { unit: own, also } = definition(sign);
  const conversion = unit === own ? undefined : also?.[unit];
  if (!conversion) return value;
  return toHundredths((value + (conversion.offset ?? 0)) * conversion.factor);
}

/** The plausible range of a sign, in one of its units. */
export function limitsIn(sign: VitalSign, unit: string): { readonly min: number; readonly max: number } {
  const { min, max, also } = definition(sign);
  const { factor, offset = 0 } = also?.[unit] ?? { factor: 1 };
  const back = (value: number) => toHundredths(value / factor - offset);
  return { min: back(min), max: back(max) };
}

export function toHundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function definition(sign: VitalSign): VitalSignDefinition {
  return VITAL_SIGNS[sign];
}

/** The signs that were measured, in the units of VITAL_SIGNS. Health data: encrypted at rest. */
export type Measurements = Readonly<Partial<Record<VitalSign, number>>>;

/** One set of measurements, taken at one time. */
export type Vitals = Omit<Selectable<Tables['vitals']>, 'measurements'> & {
  readonly measurements: Measurements;
  /** How each sign stands to what is usual at the patient's age on that day. */
  readonly flags: Flags;
};

/** Body mass index in kg/m², to one decimal; `null` when weight or height was not taken. */
export function bodyMassIndex({ weight, height }: Measurements): number | null {
  if (weight === undefined || height === undefined) return null;
  return Math.round((weight / (height / 100) ** 2) * 10) / 10;
}

/** `null` takes back a sign that was entered by mistake. */
export type MeasurementChanges = Readonly<Partial<Record<VitalSign, number | null>>>;

export function withChanges(before: Measurements, changes: MeasurementChanges): Measurements {
  return Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null));
}

/** @throws invalid `vitals_empty`, `blood_pressure_incomplete`, `blood_pressure_reversed` */
export function assertPlausible(measurements: Measurements): void {
  const { systolic, diastolic } = measurements;
  if (Object.keys(measurements).length === 0) throw vitalsEmpty();
  if ((systolic === undefined) !== (diastolic === undefined)) throw bloodPressureIncomplete();
  if (systolic !== undefined && diastolic !== undefined && diastolic >= systolic)
    throw bloodPressureReversed();
}

/** The place that a set is bound to when it is encrypted. */
export const vitalsPlace = (id: string) => `vitals:${id}`;
