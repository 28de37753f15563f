import { z } from 'zod';
import { defineEvent } from '#platform';

export const ChartOpenedInEmergency = defineEvent(
  'emr.chart-opened-in-emergency',
  'A doctor who does not treat the patient has opened their chart; the patient is to know.',
  z.object({ grantId: z.uuid(), patientId: z.uuid() }),
);

export const EncounterFinalized = defineEvent(
  'emr.encounter-finalized',
  'A doctor has signed the record of a visit; the patient may read it.',
  z.object({ encounterId: z.uuid(), appointmentId: z.uuid() }),
);

export const PrescriptionIssued = defineEvent(
  'emr.prescription-issued',
  'A doctor has signed a prescription; the patient may use it.',
  z.object({ prescriptionId: z.uuid(), appointmentId: z.uuid() }),
);
