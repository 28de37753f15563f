import { z } from 'zod';
import { defineEvent } from '#platform';

export const DoctorApproved = defineEvent(
  'doctors.approved',
  'An administrator has approved a doctor’s licence; the doctor is now listed.',
  z.object({ doctorId: z.uuid(), userId: z.uuid() }),
);

export const DoctorRejected = defineEvent(
  'doctors.rejected',
  'An administrator has turned a doctor’s licence down.',
  z.object({ doctorId: z.uuid(), userId: z.uuid() }),
);
