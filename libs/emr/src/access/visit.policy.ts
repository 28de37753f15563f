import type { Appointment } from '#appointments';
import { visitNotBegun } from '../emr.errors.ts';
import type { ChartRecord } from './care.policy.ts';

/** A doctor who was only booked has nothing to write down yet. */
const WRITABLE: readonly Appointment['status'][] = ['arrived', 'in_progress', 'completed'];

/** A visit as the ground of a new record: its doctor is the author, and whoever may not see it must not learn of it. */
export function visitRecord({ id, patientId, organizationId, practitioner }: Appointment): ChartRecord {
  return {
    resource: 'appointment',
    id,
    patientId,
    organizationId,
    authorId: practitioner.userId,
    draft: false,
  };
}

/** @throws conflict `visit_not_begun` */
export function assertWritable({ status }: Appointment): void {
  if (!WRITABLE.includes(status)) throw visitNotBegun(status);
}
