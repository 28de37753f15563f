import type { Appointment } from '#appointments';
import type { VisitFacts } from '../messages/messages.ts';

/** One of the two people of a visit: somebody with an account, who can be told something. */
export interface VisitParty {
  readonly userId: string;
  readonly side: 'patient' | 'doctor';
  readonly name: string;
  readonly timeZone: string;
}

/** The people of a visit who have an account. A practice's own patient may have none. */
export function partiesOf({ patient, practitioner }: Appointment): VisitParty[] {
  const { userId, name, timeZone } = patient;
  const doctor: VisitParty = {
    side: 'doctor',
    userId: practitioner.userId,
    name: practitioner.name,
    timeZone: practitioner.timeZone,
  };
  return userId === null ? [doctor] : [{ side: 'patient', userId, name, timeZone }, doctor];
}

/** The visit in the words of the one who reads of it. */
export function factsFor(
  { side, timeZone }: Pick<VisitParty, 'side' | 'timeZone'>,
  { practitioner, startsAt, holdExpiresAt: heldUntil, absent }: Appointment,
): VisitFacts {
  return { side, timeZone, doctorName: practitioner.name, startsAt, heldUntil, absent };
}

/** The visit in the words of the patient, who pays for it. */
export function payerFacts(visit: Appointment): VisitFacts {
  return factsFor({ side: 'patient', timeZone: visit.patient.timeZone }, visit);
}

/** Whether people still have to be told to come. */
export function isToTakePlace({ status }: Appointment): boolean {
  return status === 'scheduled' || status === 'arrived' || status === 'in_progress';
}
