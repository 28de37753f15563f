import type { Selectable } from 'kysely';
import { stateMachine } from '#kernel';
import type { Tables } from '#platform';

/** A person is told of a visit some time before it begins. */
export type Reminder = Selectable<Tables['reminders']>;
export type ReminderStatus = Reminder['status'];

/** A visit that is moved to a later time calls its reminders back, also those that had gone out. */
export const reminderStates = stateMachine<ReminderStatus>('reminder', {
  scheduled: ['scheduled', 'sent', 'cancelled'],
  sent: ['scheduled'],
  cancelled: ['scheduled'],
});
