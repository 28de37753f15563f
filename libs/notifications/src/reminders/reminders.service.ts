import { Injectable } from '@nestjs/common';
import { type Appointment, AppointmentsService } from '#appointments';
import { Clock, hasRole, newId, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import { VisitNotices } from '../occasions/visit-notices.service.ts';
import { partiesOf } from '../occasions/visit-party.ts';
import { SendReminder } from '../queues.ts';
import { type Reminder, type ReminderStatus, reminderStates } from './reminder.states.ts';

/** How long before a visit its people are reminded of it. */
export const REMINDER_MINUTES = [24 * 60, 60] as const;

export interface ReminderFilter {
  readonly status?: ReminderStatus;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'dueAt' | 'createdAt' | 'updatedAt'; readonly descending: boolean };
}

@Injectable()
export class RemindersService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly appointments: AppointmentsService,
    private readonly notices: VisitNotices,
  ) {}

  /**
   * The actor's own reminders of a visit, soonest first unless asked otherwise; an administrator sees both
   * people's.
   * @throws not_found `appointment_not_found`
   */
  async listForAppointment(
    actor: UserActor,
    appointmentId: string,
    filter: ReminderFilter,
    page: PageRequest,
  ): Promise<Page<Reminder>> {
    await this.appointments.visible(actor, appointmentId);
    const { status, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'dueAt', descending: false };
    return pageOf(
      this.database.query
        .selectFrom('reminders')
        .selectAll()
        .where('appointmentId', '=', appointmentId)
        .where((eb) =>
          eb.and(
            given([
              !hasRole(actor, 'admin') && eb('userId', '=', actor.userId),
              status && eb('status', '=', status),
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
  }

  /**
   * Fits the reminders to the time of a visit that is to come: makes those that are missing, moves the
   * others, and gives up those whose time has passed. Called again, it changes nothing.
   */
  @Transactional()
  async plan(visit: Appointment): Promise<void> {
    const known = await this.database.query
      .selectFrom('reminders')
      .selectAll()
      .where('appointmentId', '=', visit.id)
      .forUpdate()
      .execute();
    for (const { userId } of partiesOf(visit)) {
      for (const minutesBefore of REMINDER_MINUTES) {
        const reminder = known.find((one) => one.userId === userId && one.minutesBefore === minutesBefore);
        await this.#fit(visit, userId, minutesBefore, reminder);
      }
    }
  }

  /** Nobody is reminded of a visit that will not take place. */
  async cancel(appointmentId: string): Promise<void> {
    await this.database.query
      .updateTable('reminders')
      .set({ status: 'cancelled', updatedAt: this.clock.now() })
      .where('appointmentId', '=', appointmentId)
      .where('status', '=', 'scheduled')
      .execute();
  }

  /** Sends a reminder that is due, unless its visit was moved, cancelled or begun in the meantime. */
  @Transactional()
  async send(reminderId: string, dueAt: Temporal.Instant): Promise<void> {
    const reminder = await this.database.query
      .selectFrom('reminders')
      .selectAll()
      .where('id', '=', reminderId)
      .forUpdate()
      .executeTakeFirst();
    if (reminder?.status !== 'scheduled' || !reminder.dueAt.equals(dueAt)) return;
    const visit = await this.appointments.byId(reminder.appointmentId);
    // Moved, and the news of it is still on its way to `plan`.
    if (!dueTime(visit, reminder.minutesBefore).equals(dueAt)) return;
    const party = partiesOf(visit).find(({ userId }) => userId === reminder.userId);
    const isToCome =
      (visit.status === 'scheduled' || visit.status === 'arrived') && this.#isAhead(visit.startsAt);
    if (party && isToCome) {
      await this.notices.tell(party, visit, {
        type: 'appointment_reminder',
        cause: `reminder:${reminder.id}:${dueAt.toString()}`,
        mail: true,
      });
      await this.#change(reminder, { status: 'sent', sentAt: this.clock.now() });
    } else {
      await this.#change(reminder, { status: 'cancelled' });
    }
  }

  async #fit(
    visit: Appointment,
    userId: string,
    minutesBefore: number,
    reminder: Reminder | undefined,
  ): Promise<void> {
    const dueAt = dueTime(visit, minutesBefore);
    if (reminder?.dueAt.equals(dueAt)) return;
    if (!this.#isAhead(dueAt)) {
      if (reminder?.status === 'scheduled') await this.#change(reminder, { status: 'cancelled', dueAt });
      return;
    }
    const reminderId = reminder?.id ?? newId();
    if (reminder) await this.#change(reminder, { status: 'scheduled', dueAt, sentAt: null });
    else await this.#insert({ id: reminderId, appointmentId: visit.id, userId, minutesBefore, dueAt });
    await this.jobs.send(SendReminder, { reminderId, dueAt: dueAt.toString() }, { startAfter: dueAt });
  }

  async #insert(
    reminder: Pick<Reminder, 'id' | 'appointmentId' | 'userId' | 'minutesBefore' | 'dueAt'>,
  ): Promise<void> {
    const now = this.clock.now();
    await this.database.query
      .insertInto('reminders')
      .values({ ...reminder, status: 'scheduled', createdAt: now, updatedAt: now })
      .execute();
  }

  async #change(
    { id, status }: Reminder,
    changes: { status: ReminderStatus; dueAt?: Temporal.Instant; sentAt?: Temporal.Instant | null },
  ): Promise<void> {
    reminderStates.assert(status, changes.status);
    await this.database.query
      .updateTable('reminders')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .execute();
  }

  #isAhead(instant: Temporal.Instant): boolean {
    return Temporal.Instant.compare(instant, this.clock.now()) > 0;
  }
}

function dueTime(visit: Appointment, minutesBefore: number): Temporal.Instant {
  return visit.startsAt.subtract({ minutes: minutesBefore });
}
