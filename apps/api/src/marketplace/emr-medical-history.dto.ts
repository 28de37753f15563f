import { z } from 'zod';
import {
  type HistoryContent,
  type HistorySection,
  type HistoryVersion,
  type MedicalHistory,
  PARTIAL_DATE,
} from '#emr';
import { isoOrNull, present, RequiredText, Text, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const PartialDate = z
  .string()
  .regex(PARTIAL_DATE, 'A year, a month or a day, for example 2019-05.')
  .nullable()
  .default(null);
const OptionalText = (max: number) => Text(max).nullable().default(null);

const MAX_ENTRIES = 200;

/** Of each section: `null` when nobody has asked yet, `[]` when there is nothing. */
const sections = {
  allergies: z
    .array(
      z.object({
        substance: RequiredText(200),
        reaction: OptionalText(500),
        severity: z.enum(['mild', 'moderate', 'severe']).nullable().default(null),
      }),
    )
    .max(MAX_ENTRIES)
    .nullable()
    .describe(
      'null when nobody has asked yet, empty when there are none. Checked when something is prescribed.',
    ),
  conditions: z
    .array(z.object({ name: RequiredText(300), since: PartialDate, active: z.boolean().default(true) }))
    .max(MAX_ENTRIES)
    .nullable(),
  medications: z
    .array(z.object({ name: RequiredText(300), dose: OptionalText(200), frequency: OptionalText(200) }))
    .max(MAX_ENTRIES)
    .nullable(),
  surgeries: z
    .array(z.object({ name: RequiredText(300), date: PartialDate }))
    .max(MAX_ENTRIES)
    .nullable(),
  family_history: z
    .array(z.object({ relation: RequiredText(100), condition: RequiredText(300) }))
    .max(MAX_ENTRIES)
    .nullable(),
  social_history: Text(4000).nullable().describe('Tobacco, alcohol, work, household.'),
};

export const UpdateMedicalHistory = z
  .object(sections)
  .partial()
  .transform(
    ({ family_history, social_history, ...same }): Partial<HistoryContent> =>
      present({ ...same, family: family_history, social: social_history }),
  );

export const MedicalHistoryAnswer = z
  .object({
    patient_id: z.uuid(),
    version: z.int().describe('0 before anything was written; each change adds one.'),
    ...sections,
    recorded_by: z.uuid().nullable(),
    recorded_at: Timestamp.nullable(),
  })
  .meta({ id: 'MedicalHistory' });

export const ListVersions = listQuery({ version: 'version', created_at: 'version' }, {}, [
  'search',
  'created',
]).transform(({ page, search, order, created }) => ({
  page,
  search,
  recorded: created,
  ascending: order ? !order.descending : false,
}));

const SECTIONS = {
  allergies: 'allergies',
  conditions: 'conditions',
  medications: 'medications',
  surgeries: 'surgeries',
  family: 'family_history',
  social: 'social_history',
} as const satisfies Record<HistorySection, keyof typeof sections>;

export const HistoryVersionAnswer = MedicalHistoryAnswer.extend({
  recorded_by_name: z.string(),
  changed: z.array(z.enum(SECTIONS)).describe('The sections that this version wrote anew.'),
}).meta({ id: 'MedicalHistoryVersion' });

export function toHistoryVersion(version: HistoryVersion): z.output<typeof HistoryVersionAnswer> {
  return {
    ...toMedicalHistory(version),
    recorded_by_name: version.recordedByName,
    changed: version.changed.map((section) => SECTIONS[section]),
  };
}

export function toMedicalHistory(history: MedicalHistory): z.output<typeof MedicalHistoryAnswer> {
  const copy = <T extends object>(entries: readonly T[] | null) => entries && [...entries];
  return {
    patient_id: history.patientId,
    version: history.version,
    allergies: copy(history.allergies),
    conditions: copy(history.conditions),
    medications: copy(history.medications),
    surgeries: copy(history.surgeries),
    family_history: copy(history.family),
    social_history: history.social,
    recorded_by: history.recordedBy,
    recorded_at: isoOrNull(history.recordedAt),
  };
}
