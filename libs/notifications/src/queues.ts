import { z } from 'zod';
import { defineQueue } from '#platform';

/** A mail is written and has to leave the house. */
export const DeliverMail = defineQueue('notifications.deliver-mail', z.object({ deliveryId: z.uuid() }));

/** `dueAt` says which schedule the job belongs to: a visit that moves gets new jobs, and the old ones end quietly. */
export const SendReminder = defineQueue(
  'notifications.send-reminder',
  z.object({ reminderId: z.uuid(), dueAt: z.iso.datetime({ offset: true }) }),
);
