import type { Selectable } from 'kysely';
import type { Tables } from '#platform';
import { bloodPressureIncomplete, bloodPressureReversed, vitalsEmpty } from './emr.errors.ts';

/**
 * What can be measured, with its unit and the range outside of which a number is a slip of the pen and not
 * a finding: wide enough for every living patient, a newborn's included.
 */
export const VITAL_SIGNS = {
  systolic: { unit: 'mmHg', min: 30, max: 300 },
  diastolic: { unit: 'mmHg', min: 10, max: 200 },
  heartRate: { unit: 'beats/min', min: 20, max: 300 },
  respiratoryRate: { unit: 'breaths/min', min: 3, max: 100 },
  temperature: { unit: '°C', min: 25, max: 45 },
  oxygenSaturation: { unit: '%', min: 30, max: 100 },
  weight: { unit: 'kg', min: 0.3, max: 500 },
  height: { unit: 'cm', min: 20, max: 260 },
  bloodGlucose: { unit: 'mg/dL', min: 10, max: 1500 },
} as const;

export type VitalSign = keyof typeof VITAL_SIGNS;

/** The signs that were measured, in the units of VITAL_SIGNS. Health data: encrypted at rest. */
export type Measurements = Readonly<Partial<Record<VitalSign, number>>>;

/** One set of measurements, taken at one time. */
export type Vitals = Omit<Selectable<Tables['vitals']>, 'measurements'> & {
  readonly measurements: Measurements;
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
