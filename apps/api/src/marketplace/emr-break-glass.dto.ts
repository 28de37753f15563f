import { z } from 'zod';
import type { BreakGlassGrant } from '#emr';
import { iso, isoOrNull, RequiredText, Text, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { Named } from './emr-fields.ts';

const Status = z.enum(['pending_review', 'justified', 'not_justified']);

export const OpenInEmergency = z
  .object({
    patient_id: z.uuid().optional(),
    email: z.email().max(254).toLowerCase().optional().describe('With `date_of_birth`, instead of the id.'),
    date_of_birth: z.iso.date().optional(),
    reason: z
      .string()
      .trim()
      .min(20)
      .max(1000)
      .describe('Why the chart is needed now. The patient reads it.'),
  })
  .transform(({ patient_id, email, date_of_birth, reason }, context) => {
    if (patient_id) return { patient: { patientId: patient_id }, reason };
    if (email && date_of_birth) return { patient: { email, dateOfBirth: date_of_birth }, reason };
    context.addIssue({
      code: 'custom',
      path: ['patient_id'],
      message: 'Either `patient_id`, or `email` and `date_of_birth`.',
    });
    return z.NEVER;
  });

export const ReviewEmergency = z.object({
  verdict: z.enum(['justified', 'not_justified']),
  note: Text(2000)
    .nullish()
    .transform((note) => note || null)
    .describe('For administrators.'),
});

export const ListEmergencies = listQuery(
  {
    granted_at: 'grantedAt',
    created_at: 'grantedAt',
    reviewed_at: 'reviewedAt',
    updated_at: 'reviewedAt',
  },
  { patient_id: z.uuid().optional(), doctor_id: z.uuid().optional(), status: Status.optional() },
).transform(({ patient_id, doctor_id, created, updated, ...query }) => ({
  ...query,
  patientId: patient_id,
  doctorId: doctor_id,
  granted: created,
  reviewed: updated,
}));

export const EmergencyAnswer = z
  .object({
    id: z.uuid(),
    doctor: Named,
    patient: Named,
    reason: RequiredText(1000),
    granted_at: Timestamp,
    expires_at: Timestamp.describe('Until then the doctor may read the chart.'),
    status: Status,
    reviewed_by: z.uuid().nullable(),
    reviewed_at: Timestamp.nullable(),
    review_note: z.string().nullable().describe('For administrators; null to everybody else.'),
  })
  .meta({ id: 'BreakGlassAccess' });

export function toEmergency(grant: BreakGlassGrant): z.infer<typeof EmergencyAnswer> {
  return {
    id: grant.id,
    doctor: { id: grant.doctorId, name: grant.doctorName },
    patient: { id: grant.patientId, name: grant.patientName },
    reason: grant.reason,
    granted_at: iso(grant.grantedAt),
    expires_at: iso(grant.expiresAt),
    status: grant.status,
    reviewed_by: grant.reviewedBy,
    reviewed_at: isoOrNull(grant.reviewedAt),
    review_note: grant.reviewNote,
  };
}
