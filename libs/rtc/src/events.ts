import { z } from 'zod';
import { defineEvent } from '#platform';

export const VisitDelayed = defineEvent(
  'rtc.visit-delayed',
  'The doctor has said that a visit will begin later than planned; the patient is to know.',
  z.object({ appointmentId: z.uuid(), startAt: z.iso.datetime() }),
);
