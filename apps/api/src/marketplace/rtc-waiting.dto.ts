import { z } from 'zod';
import type { QueuedVisit } from '#rtc';
import { iso, isoOrNull, Timestamp } from '../http/fields.ts';

const MAX_DELAY_MINUTES = 240;

export const ChooseParticipant = z.object({ participant_id: z.uuid() });

export const AnnounceDelay = z.object({
  minutes: z.int().min(1).max(MAX_DELAY_MINUTES).describe('From now until the visit will begin.'),
});

const QueuedAnswer = z.object({
  appointment_id: z.uuid(),
  room_id: z.uuid().nullable(),
  patient: z.object({ name: z.string() }),
  status: z.enum(['scheduled', 'arrived', 'in_progress']),
  scheduled_start: Timestamp,
  arrived_at: Timestamp.nullable(),
  present: z.boolean().describe('Whether the patient is connected at the moment.'),
  place: z.int().nullable().describe('1 is the next to be seen; null for who has not come or is being seen.'),
  estimated_start_at: Timestamp.nullable(),
  running_late: z.boolean(),
});

export const QueueAnswer = z.object({ visits: z.array(QueuedAnswer) }).meta({ id: 'WaitingRoomQueue' });

export function toQueue(visits: readonly QueuedVisit[]): z.infer<typeof QueueAnswer> {
  return { visits: visits.map(toQueued) };
}

function toQueued(visit: QueuedVisit): z.infer<typeof QueuedAnswer> {
  return {
    appointment_id: visit.appointmentId,
    room_id: visit.roomId,
    patient: { name: visit.patientName },
    status: visit.status as 'scheduled' | 'arrived' | 'in_progress',
    scheduled_start: iso(visit.startsAt),
    arrived_at: isoOrNull(visit.arrivedAt),
    present: visit.present,
    place: visit.line?.place ?? null,
    estimated_start_at: isoOrNull(visit.line?.estimatedStart ?? null),
    running_late: visit.line?.runningLate ?? false,
  };
}
