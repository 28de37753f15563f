import { z } from 'zod';
import {
  BUCKETS,
  bodyMassIndex,
  inOwnUnit,
  limitsIn,
  type MeasurementChanges,
  type Measurements,
  unitsOf,
  VITAL_SIGNS,
  type VitalSign,
  type Vitals,
  type VitalTrend,
  withChanges,
} from '#emr';
import { Instant, iso, present, Timestamp, TimeZone } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { ChartId } from './emr-fields.ts';

const FIELDS = {
  systolic: 'systolic',
  diastolic: 'diastolic',
  heart_rate: 'heartRate',
  respiratory_rate: 'respiratoryRate',
  temperature: 'temperature',
  oxygen_saturation: 'oxygenSaturation',
  weight: 'weight',
  height: 'height',
  blood_glucose: 'bloodGlucose',
} as const satisfies Record<string, VitalSign>;

type Field = keyof typeof FIELDS;
const FIELD_NAMES = Object.keys(FIELDS) as [Field, ...Field[]];

/** The same for every sign, under the names that a client uses. */
function forEachSign<T>(make: (sign: VitalSign) => T): Record<Field, T> {
  return Object.fromEntries(FIELD_NAMES.map((field) => [field, make(FIELDS[field])])) as Record<Field, T>;
}

/** A number in the sign's own unit, or with another unit beside it; out of it comes the sign's own unit. */
function measured(sign: VitalSign) {
  const [own, ...others] = unitsOf(sign);
  const number = z.number().min(-1000).max(10_000);
  const Given = others.length
    ? z.union([number, z.object({ value: number, unit: z.enum([own, ...others]) })])
    : number;
  const { min, max } = VITAL_SIGNS[sign];
  const inOthers = others.map((unit) => `{"value": …, "unit": "${unit}"}`).join(' or ');
  return Given.transform((given, context) => {
    const { value, unit } = typeof given === 'number' ? { value: given, unit: own } : given;
    const kept = inOwnUnit(sign, value, unit);
    if (kept >= min && kept <= max) return kept;
    const limits = limitsIn(sign, unit);
    context.addIssue({ code: 'custom', message: `Between ${limits.min} and ${limits.max} ${unit}.` });
    return z.NEVER;
  })
    .nullable()
    .describe(`In ${own}, ${min} to ${max}${inOthers && `, or ${inOthers}`}; null when it was not taken.`);
}

const Signs = z.object(forEachSign(measured)).partial();

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

const shown = forEachSign((sign) =>
  z.number().nullable().describe(`In ${VITAL_SIGNS[sign].unit}; null when it was not taken.`),
);

export const SignsAnswer = z
  .object({ ...shown, bmi: z.number().nullable().describe('In kg/m², from weight and height.') })
  .meta({ id: 'VitalSigns' });

export const VitalsAnswer = z
  .object({
    id: z.uuid(),
    patient_id: z.uuid(),
    encounter_id: z.uuid().nullable().describe('Set when they were taken in a visit.'),
    ...SignsAnswer.shape,
    flags: z
      .object(forEachSign(() => z.enum(['low', 'normal', 'high'])))
      .partial()
      .describe('How a sign stands to what is usual at the patient’s age; an adult’s where that is unknown.'),
    recorded_by: z.uuid(),
    recorded_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Vitals' });

export const AskTrend = z
  .object({
    patient_id: ChartId,
    measurement: z.enum(FIELD_NAMES),
    bucket: z.enum(BUCKETS).default('day'),
    time_zone: TimeZone.default('UTC'),
    from: Instant.optional().describe('90 days before `to`, when left out.'),
    to: Instant.optional().describe('Up to this instant, without it; now, when left out.'),
  })
  .transform(({ patient_id, measurement, time_zone, ...question }) => ({
    chart: patient_id,
    sign: FIELDS[measurement],
    timeZone: time_zone,
    ...question,
  }));

export const TrendAnswer = z
  .object({
    patient_id: z.uuid(),
    measurement: z.enum(FIELD_NAMES),
    unit: z.string(),
    bucket: z.enum(BUCKETS),
    time_zone: z.string(),
    from: Timestamp,
    to: Timestamp,
    reference: z
      .object({ low: z.number(), high: z.number() })
      .nullable()
      .describe('What is usual at the patient’s age at the end of the period.'),
    points: z
      .array(
        z.object({
          start: z.iso.date().describe('The first day, in `time_zone`; weeks begin on Monday.'),
          min: z.number(),
          max: z.number(),
          mean: z.number().describe('To two decimals.'),
          last: z.number(),
          count: z.int(),
        }),
      )
      .describe('The oldest first; a day, week or month without a reading is left out.'),
  })
  .meta({ id: 'VitalTrend' });

export function toTrend(trend: VitalTrend): z.infer<typeof TrendAnswer> {
  const measurement = FIELD_NAMES.find((field) => FIELDS[field] === trend.sign) as Field;
  return {
    patient_id: trend.patientId,
    measurement,
    unit: trend.unit,
    bucket: trend.bucket,
    time_zone: trend.timeZone,
    from: iso(trend.from),
    to: iso(trend.to),
    reference: trend.reference,
    points: trend.points.map(({ start, ...numbers }) => ({ start: start.toString(), ...numbers })),
  };
}

export function toSigns(measurements: Measurements): z.infer<typeof SignsAnswer> {
  return {
    ...forEachSign((sign) => measurements[sign] ?? null),
    bmi: bodyMassIndex(measurements),
  };
}

export function toVitals(vitals: Vitals): z.infer<typeof VitalsAnswer> {
  return {
    id: vitals.id,
    patient_id: vitals.patientId,
    encounter_id: vitals.encounterId,
    ...toSigns(vitals.measurements),
    flags: present(forEachSign((sign) => vitals.flags[sign])),
    recorded_by: vitals.recordedBy,
    recorded_at: iso(vitals.recordedAt),
    created_at: iso(vitals.createdAt),
    updated_at: iso(vitals.updatedAt),
  };
}

function toChanges(body: z.output<typeof Signs>): MeasurementChanges {
  return present(Object.fromEntries(FIELD_NAMES.map((field) => [FIELDS[field], body[field]])));
}

function toMeasurements(body: z.output<typeof Signs>): Measurements {
  return withChanges({}, toChanges(body));
}
