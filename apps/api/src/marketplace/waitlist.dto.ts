import { z } from 'zod';
import { type WaitlistEntry, waitlistStates } from '#appointments';
import { iso, isoOrNull, severalOf, Text, Timestamp, TimeZone } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Status = z.enum(Object.keys(waitlistStates.moves) as [keyof typeof waitlistStates.moves]);

const WallTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'HH:MM, up to 24:00.')
  .describe('Wall-clock time, HH:MM.');

export const JoinWaitlist = z
  .object({
    doctor_id: z.uuid(),
    patient_id: z
      .uuid()
      .optional()
      .describe('Whom the visit is for: oneself when left out, or one of one’s dependants.'),
    from_date: z.iso.date(),
    to_date: z.iso.date().describe('The last day that suits.'),
    earliest_time: WallTime.optional().describe('A visit begins at this time or later.'),
    latest_time: WallTime.optional().describe('A visit begins before this time.'),
    time_zone: TimeZone.optional().describe('Of the days and times; the doctor’s when left out.'),
    reason: Text(2000).optional().describe('Why the patient comes. Only patient and doctor read it.'),
  })
  .refine(({ earliest_time: from = '00:00', latest_time: to = '24:00' }) => from < to, {
    error: 'Must be later than earliest_time.',
    path: ['latest_time'],
  })
  .transform((request) => ({
    doctorId: request.doctor_id,
    ...(request.patient_id !== undefined && { patientId: request.patient_id }),
    fromDate: request.from_date,
    toDate: request.to_date,
    earliestTime: request.earliest_time ?? null,
    latestTime: request.latest_time ?? null,
    ...(request.time_zone && { timeZone: request.time_zone }),
    reason: request.reason,
  }));

export const ListWaitlist = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', from_date: 'fromDate' },
  {
    status: severalOf(Status).optional(),
    doctor_id: z.uuid().optional(),
    patient_id: z.uuid().optional(),
  },
).transform(({ doctor_id, patient_id, ...rest }) => ({
  ...rest,
  practitionerId: doctor_id,
  patientId: patient_id,
}));

const Person = z.object({ id: z.uuid(), name: z.string() });

export const WaitlistAnswer = z
  .object({
    id: z.uuid(),
    status: Status,
    doctor: Person,
    patient: Person,
    from_date: z.iso.date(),
    to_date: z.iso.date(),
    earliest_time: z.string().nullable(),
    latest_time: z.string().nullable(),
    time_zone: z.string(),
    reason: z.string().nullable(),
    offer: z
      .object({
        appointment_id: z.uuid(),
        start: Timestamp,
        end: Timestamp,
        expires_at: Timestamp.nullable(),
      })
      .nullable()
      .describe('The slot that is kept: pay for the visit or accept it, or cancel it to let it go.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'WaitlistEntry' });

/** An entry as `viewerId` may read it. */
export function toWaitlistEntry(entry: WaitlistEntry, viewerId: string): z.infer<typeof WaitlistAnswer> {
  const takesPart = entry.doctor.userId === viewerId || entry.patient.userId === viewerId;
  const { offer } = entry;
  return {
    id: entry.id,
    status: entry.status,
    doctor: { id: entry.practitionerId, name: entry.doctor.name },
    patient: { id: entry.patientId, name: entry.patient.name },
    from_date: entry.fromDate,
    to_date: entry.toDate,
    earliest_time: entry.earliestTime,
    latest_time: entry.latestTime,
    time_zone: entry.timeZone,
    reason: takesPart ? entry.reason : null,
    offer: offer && {
      appointment_id: offer.appointmentId,
      start: iso(offer.startsAt),
      end: iso(offer.endsAt),
      expires_at: isoOrNull(offer.expiresAt),
    },
    created_at: iso(entry.createdAt),
    updated_at: iso(entry.updatedAt),
  };
}
