import { z } from 'zod';
import type { Reminder } from '#notifications';
import { iso, isoOrNull, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Status = z.enum(['scheduled', 'sent', 'cancelled']);

export const ListReminders = listQuery(
  { due_at: 'dueAt', created_at: 'createdAt', updated_at: 'updatedAt' },
  { status: Status.optional() },
  ['created', 'updated'],
);

export const ReminderAnswer = z
  .object({
    id: z.uuid(),
    appointment_id: z.uuid(),
    user_id: z.uuid().describe('Who is reminded.'),
    channel: z.literal('email').describe('How the reminder travels; it is also among the notifications.'),
    minutes_before: z.int(),
    due_at: Timestamp,
    status: Status,
    sent_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Reminder' });

export function toReminder(reminder: Reminder): z.infer<typeof ReminderAnswer> {
  return {
    id: reminder.id,
    appointment_id: reminder.appointmentId,
    user_id: reminder.userId,
    channel: 'email',
    minutes_before: reminder.minutesBefore,
    due_at: iso(reminder.dueAt),
    status: reminder.status,
    sent_at: isoOrNull(reminder.sentAt),
    created_at: iso(reminder.createdAt),
    updated_at: iso(reminder.updatedAt),
  };
}
