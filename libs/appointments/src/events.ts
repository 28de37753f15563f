import { z } from 'zod';
import { defineEvent } from '#platform';

const visit = z.object({ appointmentId: z.uuid() });

export const AppointmentConfirmed = defineEvent(
  'appointments.confirmed',
  'A held visit is paid for and will take place.',
  visit,
);

export const AppointmentRescheduled = defineEvent(
  'appointments.rescheduled',
  'A confirmed visit was moved to another time; the former one is free.',
  visit.extend({ formerStart: z.iso.datetime({ offset: true }) }),
);

export const AppointmentCancelled = defineEvent(
  'appointments.cancelled',
  'A visit was called off.',
  visit.extend({
    by: z.enum(['patient', 'doctor', 'admin', 'system']),
    wasConfirmed: z.boolean(),
  }),
);

export const AppointmentExpired = defineEvent(
  'appointments.expired',
  'A held visit was not paid for in time; its slot is free again.',
  visit,
);

export const AppointmentStarted = defineEvent(
  'appointments.started',
  'The doctor has begun the visit.',
  visit,
);

export const AppointmentCompleted = defineEvent(
  'appointments.completed',
  'The visit has taken place.',
  visit,
);

export const AppointmentNoShow = defineEvent(
  'appointments.no-show',
  'The time of a visit has passed without it, because somebody did not come.',
  visit.extend({ absent: z.enum(['patient', 'doctor', 'both']) }),
);

export const AppointmentOffered = defineEvent(
  'appointments.offered',
  'A slot is kept for a patient who has yet to take it: from the waitlist, or a follow-up that the doctor proposes.',
  visit,
);
