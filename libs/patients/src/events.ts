import { z } from 'zod';
import { defineEvent } from '#platform';

export const ChartReleased = defineEvent(
  'patients.chart-released',
  'The account that acted for a chart was erased; the chart is kept for its records, and nobody acts for it.',
  z.object({ patientId: z.uuid() }),
);
