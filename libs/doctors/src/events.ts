import { z } from 'zod';
import { defineEvent } from '#platform';

const decision = z.object({ doctorId: z.uuid(), userId: z.uuid(), decisionId: z.uuid() });

export const DoctorApproved = defineEvent(
  'doctors.approved',
  'An administrator has approved a doctor’s licence; the doctor is now listed.',
  decision,
);

export const DoctorRejected = defineEvent(
  'doctors.rejected',
  'An administrator has turned a doctor’s licence down; one that is in force stays so.',
  decision,
);

export const LicenceRevoked = defineEvent(
  'doctors.licence-revoked',
  'An administrator has taken back the approval of a doctor’s licence; the doctor is not listed any more.',
  decision,
);

export const LicenceExpired = defineEvent(
  'doctors.licence-expired',
  'A doctor’s licence has run out; the doctor is not listed any more.',
  decision,
);

export const LicenceExpiring = defineEvent(
  'doctors.licence-expiring',
  'A doctor’s licence runs out soon: 30, 7 or 1 days ahead, or as soon after as it was noticed.',
  z.object({
    doctorId: z.uuid(),
    userId: z.uuid(),
    licenceId: z.uuid(),
    daysLeft: z.int().min(0),
    lastDay: z.iso.date(),
  }),
);
