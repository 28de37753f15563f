import { z } from 'zod';
import type { MedicalSummary, SummaryPdf } from '#emr';
import { iso, Timestamp } from '../http/fields.ts';
import { AppointmentAnswer, toAppointment } from './appointments.dto.ts';
import { DocumentAnswer, toDocument } from './emr-documents.dto.ts';
import { EncounterAnswer, toEncounter } from './emr-encounters.dto.ts';
import { MedicalHistoryAnswer, toMedicalHistory } from './emr-medical-history.dto.ts';
import { PrescriptionAnswer, toPrescription } from './emr-prescriptions.dto.ts';
import { toVitals, VitalsAnswer } from './emr-vitals.dto.ts';

export const SummaryAnswer = z
  .object({
    patient: z.object({
      id: z.uuid(),
      first_name: z.string(),
      last_name: z.string(),
      date_of_birth: z.iso.date().nullable(),
      sex: z.enum(['female', 'male', 'other', 'unknown']).nullable(),
    }),
    medical_history: MedicalHistoryAnswer,
    latest_vitals: VitalsAnswer.nullable(),
    encounters: z.array(EncounterAnswer).describe('Signed ones, newest first, at most 20.'),
    active_prescriptions: z.array(PrescriptionAnswer).describe('Newest first, at most 20.'),
    documents: z.array(DocumentAnswer).describe('Newest first, at most 20.'),
    upcoming_visits: z
      .array(AppointmentAnswer)
      .describe('Those that the caller takes part in, soonest first, at most 20.'),
  })
  .meta({ id: 'MedicalSummary' });

/** The summary as `viewerId` may read it. */
export function toSummary(summary: MedicalSummary, viewerId: string): z.output<typeof SummaryAnswer> {
  const { patient } = summary;
  return {
    patient: {
      id: patient.id,
      first_name: patient.firstName,
      last_name: patient.lastName,
      date_of_birth: patient.dateOfBirth,
      sex: patient.sex,
    },
    medical_history: toMedicalHistory(summary.history),
    latest_vitals: summary.latestVitals && toVitals(summary.latestVitals),
    encounters: summary.encounters.map(toEncounter),
    active_prescriptions: summary.prescriptions.map(toPrescription),
    documents: summary.documents.map(toDocument),
    upcoming_visits: summary.upcomingVisits.map((visit) => toAppointment(visit, viewerId)),
  };
}

export const SummaryPdfAnswer = z
  .object({
    download_url: z.url().describe('Works without logging in, for `expires_in` seconds.'),
    expires_in: z.int(),
    created_at: Timestamp,
    up_to_date: z.boolean().describe('Whether the chart still looks like it.'),
  })
  .meta({ id: 'MedicalSummaryPdf' });

export function toSummaryPdf(pdf: SummaryPdf): z.infer<typeof SummaryPdfAnswer> {
  return {
    download_url: pdf.url,
    expires_in: pdf.expiresIn,
    created_at: iso(pdf.createdAt),
    up_to_date: pdf.upToDate,
  };
}
