import { z } from 'zod';
import { defineEvent } from '#platform';

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
