import { stateMachine } from '#kernel';
import type { PrescriptionStatus } from './prescription.entity.ts';

/** An issued prescription is not changed: it is cancelled, and another one is written. */
export const prescriptionStates = stateMachine<PrescriptionStatus>('prescription', {
  draft: ['issued'],
  issued: ['cancelled'],
  cancelled: [],
});
