import { z } from 'zod';
import { defineEvent } from '#platform';

export const HoursOpened = defineEvent(
  'availability.hours-opened',
  'A doctor has opened hours, changed them, or taken time away back; there may be slots that were not there.',
  z.object({ practitionerId: z.uuid() }),
);
