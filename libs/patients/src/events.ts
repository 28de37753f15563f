import { z } from 'zod';
import { defineEvent } from '#platform';

export const ChartReleased = defineEvent(
  'patients.chart-released',
  'The account that acted for a chart was erased; the chart is kept for its records, and nobody acts for it.',
  z.object({ patientId: z.uuid() }),
);

export const ChartHandedOver = defineEvent(
  'patients.chart-handed-over',
  'A chart has got an account of its own; the guardian does not act for it any more.',
  z.object({ patientId: z.uuid(), guardianUserId: z.uuid(), userId: z.uuid() }),
);

export const DependantOfAge = defineEvent(
  'patients.dependant-of-age',
  'Somebody has come of age and is still in a guardian’s care; told again every 30 days.',
  z.object({ patientId: z.uuid(), guardianUserId: z.uuid(), day: z.iso.date() }),
);
