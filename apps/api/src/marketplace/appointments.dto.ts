import { z } from 'zod';
import { type Appointment, type CancellationQuote, freeUntil } from '#appointments';
import {
  Instant,
  iso,
  isoOrNull,
  MoneyField,
  RequiredText,
  severalOf,
  Text,
  Timestamp,
} from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Status = z.enum([
  'held',
  'scheduled',
  'arrived',
  'in_progress',
  'completed',
  'cancelled',
  'no_show',
  'expired',
]);

export const Book = z
  .object({
    doctor_id: z.uuid(),
    patient_id: z
      .uuid()
      .optional()
      .describe('Whom the visit is for: oneself when left out, or one of one’s dependants.'),
    start: Instant.describe('The start of a slot that the doctor offers.'),
    reason: Text(2000).optional().describe('Why the patient comes. Only patient and doctor read it.'),
  })
  .transform(({ doctor_id, patient_id, ...rest }) => ({
    doctorId: doctor_id,
    ...(patient_id !== undefined && { patientId: patient_id }),
    ...rest,
  }));

export const UpdateAppointment = z.object({
  reason: Text(2000).nullable().optional(),
  notes: Text(10_000).nullable().optional(),
});

export const Cancel = z.object({ reason: Text(500).optional() }).default({});
export const Reschedule = z.object({ start: Instant });

export const ProposeFollowUp = z
  .object({
    reason: RequiredText(2000).describe('Why to come again. Only patient and doctor read it.'),
    within_days: z.int().min(1).max(730).optional(),
    start: Instant.optional().describe('A slot of one’s own; it is kept for the patient for 24 hours.'),
  })
  .transform(({ within_days, ...rest }) => ({ ...rest, withinDays: within_days }));

export const ListAppointments = listQuery(
  { start: 'startsAt', created_at: 'createdAt', updated_at: 'updatedAt' },
  {
    status: severalOf(Status).optional(),
    doctor_id: z.uuid().optional(),
    patient_id: z.uuid().optional(),
    follow_up_of: z.uuid().optional(),
    start_after: Instant.optional(),
    start_before: Instant.optional(),
  },
).transform(({ doctor_id, patient_id, follow_up_of, start_after, start_before, ...rest }) => ({
  ...rest,
  practitionerId: doctor_id,
  patientId: patient_id,
  followUpOf: follow_up_of,
  startsFrom: start_after,
  startsBefore: start_before,
}));

const Person = z.object({ id: z.uuid(), name: z.string(), time_zone: z.string() });

export const AppointmentAnswer = z
  .object({
    id: z.uuid(),
    status: Status,
    start: Timestamp,
    end: Timestamp,
    doctor: Person,
    patient: Person,
    fee: MoneyField,
    reason: z.string().nullable(),
    notes: z.string().nullable().describe('The doctor’s own notes; `null` for everybody else.'),
    hold_expires_at: Timestamp.nullable().describe('Until when an unpaid slot is kept.'),
    cancellation_policy: z.object({
      free_until_hours: z.int(),
      partial_refund_percent: z.int(),
      partial_until_hours: z.int(),
      free_until: Timestamp.nullable().describe(
        'Moving a visit can prolong it or, when it is late, use it up.',
      ),
    }),
    join_opens_at: Timestamp.describe('From when both may join the call, and the doctor may start.'),
    join_closes_at: Timestamp,
    started_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
    cancelled_at: Timestamp.nullable(),
    cancelled_by: z.enum(['patient', 'doctor', 'admin', 'system']).nullable(),
    cancellation_reason: z.string().nullable(),
    follow_up_of: z.uuid().nullable().describe('The visit that this one continues.'),
    follow_up: z
      .object({ within_days: z.int().nullable(), reason: z.string().nullable() })
      .nullable()
      .describe('That the doctor recommends to come again.'),
    absent: z.enum(['patient', 'doctor', 'both']).nullable().describe('Who did not come, of a `no_show`.'),
    version: z.int().describe('Send it as If-Match to change only what you have read.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Appointment' });

export const QuoteAnswer = z
  .object({ refund_percent: z.int(), refund: MoneyField })
  .meta({ id: 'CancellationQuote' });

export const CancelledAnswer = AppointmentAnswer.extend({ refund: QuoteAnswer }).meta({
  id: 'CancelledAppointment',
});

export const FollowUpAnswer = z
  .object({ visit: AppointmentAnswer, proposed: AppointmentAnswer.nullable() })
  .meta({ id: 'FollowUp' });

/** A visit as `viewerId` may read it. */
export function toAppointment(visit: Appointment, viewerId: string): z.infer<typeof AppointmentAnswer> {
  const isDoctor = visit.practitioner.userId === viewerId;
  const takesPart = isDoctor || visit.patient.userId === viewerId;
  return {
    id: visit.id,
    status: visit.status,
    start: iso(visit.startsAt),
    end: iso(visit.endsAt),
    doctor: {
      id: visit.practitionerId,
      name: visit.practitioner.name,
      time_zone: visit.practitioner.timeZone,
    },
    patient: { id: visit.patientId, name: visit.patient.name, time_zone: visit.patient.timeZone },
    fee: visit.fee,
    reason: takesPart ? visit.reason : null,
    notes: isDoctor ? visit.notes : null,
    hold_expires_at: isoOrNull(visit.holdExpiresAt),
    cancellation_policy: {
      free_until_hours: visit.cancellationPolicy.freeUntilHours,
      partial_refund_percent: visit.cancellationPolicy.partialRefundPercent,
      partial_until_hours: visit.cancellationPolicy.partialUntilHours,
      free_until: isoOrNull(freeUntil(visit)),
    },
    join_opens_at: iso(visit.window.opensAt),
    join_closes_at: iso(visit.window.closesAt),
    started_at: isoOrNull(visit.startedAt),
    ended_at: isoOrNull(visit.endedAt),
    cancelled_at: isoOrNull(visit.cancelledAt),
    cancelled_by: visit.cancelledBy,
    cancellation_reason: visit.cancellationReason,
    follow_up_of: visit.followUpOf,
    follow_up: visit.followUpReason === null ? null : toRecommendation(visit, takesPart),
    absent: visit.absent,
    version: visit.version,
    created_at: iso(visit.createdAt),
    updated_at: iso(visit.updatedAt),
  };
}

function toRecommendation({ followUpWithinDays, followUpReason }: Appointment, takesPart: boolean) {
  return { within_days: followUpWithinDays, reason: takesPart ? followUpReason : null };
}

export function toQuote({ refundPercent, refund }: CancellationQuote): z.infer<typeof QuoteAnswer> {
  return { refund_percent: refundPercent, refund };
}
