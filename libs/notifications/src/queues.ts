import { z } from 'zod';
import { defineQueue } from '#platform';

/** A notification is written and has to leave the house. */
export const Deliver = defineQueue('notifications.deliver', z.object({ deliveryId: z.uuid() }));

/** `dueAt` says which schedule the job belongs to: a visit that moves gets new jobs, and the old ones end quietly. */
export const SendReminder = defineQueue(
  'notifications.send-reminder',
  z.object({ reminderId: z.uuid(), dueAt: z.iso.datetime({ offset: true }) }),
);

/** The next people of a bulk have to be told. */
export const SendBulk = defineQueue('notifications.send-bulk', z.object({ bulkId: z.uuid() }));
