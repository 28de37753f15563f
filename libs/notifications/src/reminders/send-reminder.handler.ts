import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler } from '#platform';
import { SendReminder } from '../queues.ts';
import { RemindersService } from './reminders.service.ts';

@HandlesJob(SendReminder)
export class SendReminderHandler implements JobHandler<DataOf<typeof SendReminder>> {
  constructor(private readonly reminders: RemindersService) {}

  async handle(_actor: Actor, { reminderId, dueAt }: DataOf<typeof SendReminder>): Promise<void> {
    await this.reminders.send(reminderId, Temporal.Instant.from(dueAt));
  }
}
