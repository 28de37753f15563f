import type { Selectable } from 'kysely';
import { stateMachine } from '#kernel';
import type { Tables } from '#platform';

export type WaitlistStatus = Selectable<Tables['waitlistEntries']>['status'];

export const waitlistStates = stateMachine<WaitlistStatus>('waitlist_entry', {
  waiting: ['offered', 'booked', 'withdrawn', 'ended'],
  // Declined or let pass, the patient waits for another slot, unless the days are over or it was once too often.
  offered: ['waiting', 'booked', 'withdrawn', 'ended'],
  booked: [],
  withdrawn: [],
  ended: [],
});
