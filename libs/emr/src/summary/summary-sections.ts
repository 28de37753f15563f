import type { MedicalDocument } from '../documents/document.entity.ts';
import type { Encounter } from '../encounters/encounter.entity.ts';
import type { MedicalHistory } from '../history/medical-history.entity.ts';
import { longDate } from '../pdf/pdf-words.ts';
import type { Prescription } from '../prescriptions/prescription.entity.ts';
import { VITAL_SIGNS, type VitalSign, type Vitals } from '../vitals/vitals.entity.ts';
import type { SummaryEntry, SummarySection } from './summary-document.ts';

const NOT_ASKED = 'Not recorded';

const SIGN_NAMES: Readonly<Record<VitalSign, string>> = {
  systolic: 'Systolic pressure',
  diastolic: 'Diastolic pressure',
  heartRate: 'Heart rate',
  respiratoryRate: 'Respiratory rate',
  temperature: 'Temperature',
  oxygenSaturation: 'Oxygen saturation',
  weight: 'Weight',
  height: 'Height',
  bloodGlucose: 'Blood glucose',
};

/** The parts of the chart that a printed summary shows, in the order in which a doctor asks for them. */
export function summarySections(chart: {
  readonly history: MedicalHistory;
  readonly latestVitals: Vitals | null;
  readonly prescriptions: readonly Prescription[];
  readonly encounters: readonly Encounter[];
  readonly documents: readonly MedicalDocument[];
}): SummarySection[] {
  const { history } = chart;
  return [
    section('Allergies', 'No known allergies', history.allergies, ({ substance, reaction, severity }) => ({
      lead: substance,
      text: phrase([severity, reaction]),
      alarming: true,
    })),
    section('Conditions', 'None', history.conditions, ({ name, since, active }) => ({
      lead: name,
      text: phrase([active ? 'active' : 'past', since && `since ${since}`]),
    })),
    section('Medication', 'None', history.medications, ({ name, dose, frequency }) => ({
      lead: name,
      text: phrase([dose, frequency]),
    })),
    section(
      'Prescribed here',
      'None',
      chart.prescriptions,
      ({ issuedAt, number, items, practitionerName }) => ({
        lead: phrase([issuedAt && day(issuedAt), number, practitionerName], '\n'),
        text: items
          .map((item) =>
            phrase([`${item.genericName} ${item.strength}`, item.dose, item.frequency, item.duration]),
          )
          .join('\n'),
      }),
    ),
    vitalSigns(chart.latestVitals),
    section('Surgeries', 'None', history.surgeries, ({ name, date }) => ({ lead: name, text: date ?? '' })),
    section('Family', 'Nothing known', history.family, ({ relation, condition }) => ({
      lead: relation,
      text: condition,
    })),
    section('Social', 'Nothing known', history.social === null ? null : [history.social], (text) => ({
      lead: '',
      text,
    })),
    section('Visits', 'None', chart.encounters, (encounter) => ({
      lead: phrase([encounter.finalizedAt && day(encounter.finalizedAt), encounter.practitionerName], '\n'),
      text: phrase(
        [
          encounter.chiefComplaint,
          ...encounter.diagnoses.map(({ code, description }) => `${code} ${description}`),
          encounter.assessment,
          encounter.plan && `Plan: ${encounter.plan}`,
        ],
        '\n',
      ),
    })),
    section('Documents', 'None', chart.documents, ({ createdAt, title, kind }) => ({
      lead: day(createdAt),
      text: phrase([title, kind.replaceAll('_', ' ')]),
    })),
  ];
}

function section<T>(
  title: string,
  none: string,
  items: readonly T[] | null,
  entry: (item: T) => SummaryEntry,
): SummarySection {
  return { title, empty: items === null ? NOT_ASKED : none, entries: (items ?? []).map(entry) };
}

function vitalSigns(vitals: Vitals | null): SummarySection {
  const measured = Object.entries(vitals?.measurements ?? {}) as [VitalSign, number][];
  return {
    title: vitals ? `Vital signs of ${day(vitals.recordedAt)}` : 'Vital signs',
    empty: NOT_ASKED,
    entries: measured.map(([sign, value]) => {
      const flag = vitals?.flags[sign];
      const unusual = flag === 'low' || flag === 'high';
      return {
        lead: SIGN_NAMES[sign],
        text: phrase([`${value} ${VITAL_SIGNS[sign].unit}`, unusual && flag]),
        alarming: unusual,
      };
    }),
  };
}

function day(at: Temporal.Instant): string {
  return longDate(at.toZonedDateTimeISO('UTC').toPlainDate());
}

function phrase(parts: readonly (string | null | false)[], divider = ', '): string {
  return parts.filter(Boolean).join(divider);
}
