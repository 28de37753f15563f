import { z } from 'zod';
import {
  bodyMassIndex,
  type MeasurementChanges,
  type Measurements,
  VITAL_SIGNS,
  type VitalSign,
  type Vitals,
  withChanges,
} from '#emr';
import { Instant, iso, present, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { ChartId } from './emr-fields.ts';

const measured = (sign: VitalSign) => {
  const { unit, min, max } = VITAL_SIGNS[sign];
  return z.number().min(min).max(max).nullable().describe(`In ${unit}; null when it was not taken.`);
};

const signs = {
  systolic: measured('systolic'),
  diastolic: measured('diastolic'),
  heart_rate: measured('heartRate'),
  respiratory_rate: measured('respiratoryRate'),
  temperature: measured('temperature'),
  oxygen_saturation: measured('oxygenSaturation'),
  weight: measured('weight'),
  height: measured('height'),
  blood_glucose: measured('bloodGlucose'),
};

const Signs = z.object(signs).partial();

/** Signs as a part of another record. */
export const VitalSigns = Signs.transform(toMeasurements).meta({ id: 'NewVitalSigns' });

const recorded_at = Instant.optional().describe('When they were taken; now, when left out.');

export const RecordVitals = Signs.extend({ patient_id: ChartId, recorded_at }).transform(
  ({ patient_id, recorded_at: recordedAt, ...body }) => ({
    chart: patient_id,
    measurements: toMeasurements(body),
    recordedAt,
  }),
);

export const UpdateVitals = Signs.extend({ recorded_at }).transform(
  ({ recorded_at: recordedAt, ...body }) => ({ measurements: toChanges(body), recordedAt }),
);

export const ListVitals = listQuery(
  { recorded_at: 'recordedAt', created_at: 'createdAt', updated_at: 'updatedAt' },
  {
    patient_id: z.uuid().optional(),
    encounter_id: z.uuid().optional(),
    recorded_after: Instant.optional(),
    recorded_before: Instant.optional(),
  },
).transform(({ patient_id, encounter_id, recorded_after, recorded_before, ...query }) => ({
  ...query,
  patientId: patient_id,
  encounterId: encounter_id,
  recorded: { from: recorded_after, to: recorded_before },
}));

export const SignsAnswer = z
  .object({ ...signs, bmi: z.number().nullable().describe('In kg/m², from weight and height.') })
  .meta({ id: 'VitalSigns' });

export const VitalsAnswer = z
  .object({
    id: z.uuid(),
    patient_id: z.uuid(),
    encounter_id: z.uuid().nullable().describe('Set when they were taken in a visit.'),
    ...SignsAnswer.shape,
    recorded_by: z.uuid(),
    recorded_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Vitals' });

export function toSigns(measurements: Measurements): z.infer<typeof SignsAnswer> {
  return {
    systolic: measurements.systolic ?? null,
    diastolic: measurements.diastolic ?? null,
    heart_rate: measurements.heartRate ?? null,
    respiratory_rate: measurements.respiratoryRate ?? null,
    temperature: measurements.temperature ?? null,
    oxygen_saturation: measurements.oxygenSaturation ?? null,
    weight: measurements.weight ?? null,
    height: measurements.height ?? null,
    blood_glucose: measurements.bloodGlucose ?? null,
    bmi: bodyMassIndex(measurements),
  };
}

export function toVitals(vitals: Vitals): z.infer<typeof VitalsAnswer> {
  return {
    id: vitals.id,
    patient_id: vitals.patientId,
    encounter_id: vitals.encounterId,
    ...toSigns(vitals.measurements),
    recorded_by: vitals.recordedBy,
    recorded_at: iso(vitals.recordedAt),
    created_at: iso(vitals.createdAt),
    updated_at: iso(vitals.updatedAt),
  };
}

function toChanges(body: z.output<typeof Signs>): MeasurementChanges {
  return present({
    systolic: body.systolic,
    diastolic: body.diastolic,
    heartRate: body.heart_rate,
    respiratoryRate: body.respiratory_rate,
    temperature: body.temperature,
    oxygenSaturation: body.oxygen_saturation,
    weight: body.weight,
    height: body.height,
    bloodGlucose: body.blood_glucose,
  });
}

function toMeasurements(body: z.output<typeof Signs>): Measurements {
  return withChanges({}, toChanges(body));
}
