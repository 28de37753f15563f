import type { Selectable } from 'kysely';
import type { CancellationPolicy } from '#doctors';
import type { Money } from '#kernel';
import type { Tables } from '#platform';
import type { OpenHours } from './visit-window.ts';

type Row = Selectable<Tables['appointments']>;

export type AppointmentStatus = Row['status'];

/** What people write of a visit; encrypted in the row. */
export type VisitText = 'reason' | 'notes' | 'cancellationReason' | 'followUpReason';

/** A visit: one patient, one practitioner, one stretch of time. */
export interface Appointment
  extends Omit<Row, 'during' | 'occupied' | 'feeAmount' | 'feeCurrency' | 'cancellationPolicy' | VisitText> {
  readonly fee: Money;
  readonly cancellationPolicy: CancellationPolicy;
  /** Why the patient comes. Health text. */
  readonly reason: string | null;
  /** The doctor's own notes on the visit. Health text, not shown to the patient. */
  readonly notes: string | null;
  /** Why it was called off. Health text. */
  readonly cancellationReason: string | null;
  /** Why the doctor recommends to come again. Health text. */
  readonly followUpReason: string | null;
  /** When its two people may come together. */
  readonly window: OpenHours;
  readonly patient: Participant;
  readonly practitioner: Participant & { readonly userId: string; readonly email: string };
}

/** Somebody who takes part, as the other side and a notification need to know them. */
export interface Participant {
  /** The account that acts for them: their own, or that of their guardian. */
  readonly userId: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly timeZone: string;
}
