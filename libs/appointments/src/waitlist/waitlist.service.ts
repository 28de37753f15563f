import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Doctor, DoctorsService } from '#doctors';
import { Clock, hasRole, newId, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { PatientsService } from '#patients';
import { containing, Database, given, Jobs, pageOf, Transactional, within } from '#platform';
import { SlotsService } from '../slots/slots.service.ts';
import { ownPractice } from '../visits/appointment.errors.ts';
import { AppointmentsService } from '../visits/appointments.service.ts';
import { EndWaiting } from './end-waiting.handler.ts';
import { alreadyWaiting, notYourEntry, rangeNotUsable, slotsFree } from './waitlist.errors.ts';
import { type WaitlistStatus, waitlistStates } from './waitlist.states.ts';
import { endOf, startOf, suits, type WaitlistEntry, type Wish } from './waitlist-entry.ts';
import { WaitlistReader } from './waitlist-reader.ts';

/** For how many days one can wait. */
const WAITING_DAYS = 90;
/** How many free slots a patient is shown who need not wait. */
const SHOWN = 5;

export interface WaitlistRequest extends Omit<Wish, 'timeZone'> {
  readonly doctorId: string;
  /** Whom the visit is for: the actor when left out, or one of their dependants. */
  readonly patientId?: string;
  /** The doctor's when left out. */
  readonly timeZone?: string;
  readonly reason?: string | null;
}

export interface WaitlistFilter {
  readonly status?: readonly WaitlistStatus[];
  readonly practitionerId?: string;
  readonly patientId?: string;
  /** Matches the names of the two people. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt' | 'fromDate'; readonly descending: boolean };
}

/** Who waits for which doctor. How a slot that got free finds its patient is WaitlistOffers'. */
@Injectable()
export class WaitlistService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly doctors: DoctorsService,
    private readonly patients: PatientsService,
    private readonly slots: SlotsService,
    private readonly appointments: AppointmentsService,
    private readonly reader: WaitlistReader,
  ) {}

  /**
   * The actor waits until the doctor has time for them, or for their dependant.
   * @throws not_found `doctor_not_found`, `patient_not_found`; invalid `own_practice`, `invalid_range`; conflict `already_waiting`,
   *   `slots_free` (with some of them) when there is nothing to wait for
   */
  async join(
    actor: UserActor,
    { doctorId, patientId, reason, timeZone, ...times }: WaitlistRequest,
  ): Promise<WaitlistEntry> {
    const doctor = await this.doctors.listed(doctorId);
    if (doctor.userId === actor.userId) throw ownPractice();
    const wish: Wish = { ...times, timeZone: timeZone ?? doctor.timeZone };
    this.#assertUsable(wish);
    const free = await this.#free(doctor, wish);
    if (free.length > 0) throw slotsFree(free);
    const patient = await this.patients.actedFor(actor, patientId);
    const now = this.clock.now();
    const id = newId();
    await this.database.transaction(async () => {
      const added = await this.database.query
        .insertInto('waitlistEntries')
        .values({
          id,
          organizationId: doctor.organizationId,
          practitionerId: doctor.id,
          patientId: patient.id,
          requestedBy: actor.userId,
          status: 'waiting',
          ...wish,
          reason: this.reader.seal(id, reason),
          createdAt: now,
          updatedAt: now,
        })
        // No target: a prepared statement's parameters would hide from PostgreSQL which partial index is meant.
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      if (!added) throw alreadyWaiting();
      await this.jobs.send(EndWaiting, { entryId: id }, { startAfter: endOf(wish) });
    });
    return this.reader.visible(actor, id);
  }

  /** Entries of the actor, or of the actor's practice; an administrator sees all. Who waits longest comes first. */
  async list(actor: UserActor, filter: WaitlistFilter, page: PageRequest): Promise<Page<WaitlistEntry>> {
    const { status, practitionerId, patientId, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: false };
    const found = await pageOf(
      this.reader
        .visibleTo(actor)
        .where((eb) =>
          eb.and(
            given([
              status && eb('entry.status', 'in', status),
              practitionerId && eb('entry.practitionerId', '=', practitionerId),
              patientId && eb('entry.patientId', '=', patientId),
              ...within('entry.createdAt', created),
              ...within('entry.updatedAt', updated),
              search &&
                sql<boolean>`(doctor.name || ' ' || patient.first_name || ' ' || patient.last_name) ilike ${containing(search)}`,
            ]),
          ),
        )
        .orderBy(`entry.${by}`, descending ? 'desc' : 'asc')
        .orderBy('entry.id'),
      page,
    );
    return { ...found, items: found.items.map((row) => this.reader.asEntry(row)) };
  }

  /** @throws not_found `waitlist_entry_not_found` */
  get(actor: UserActor, id: string): Promise<WaitlistEntry> {
    return this.reader.visible(actor, id);
  }

  /**
   * The patient waits no longer; a slot that is kept for them goes to the next. Leaving twice is leaving once.
   * @throws not_found `waitlist_entry_not_found`; forbidden `patient_only`; conflict `waitlist_entry_is_…`
   */
  @Transactional()
  async withdraw(actor: UserActor, id: string): Promise<void> {
    const { patient } = await this.reader.visible(actor, id);
    if (patient.userId !== actor.userId && !hasRole(actor, 'admin')) throw notYourEntry();
    const entry = await this.reader.locked(id);
    if (entry.status === 'withdrawn') return;
    waitlistStates.assert(entry.status, 'withdrawn');
    await this.database.query
      .updateTable('waitlistEntries')
      .set({ status: 'withdrawn', offeredAppointmentId: null, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .execute();
    if (!entry.offer) return;
    const visit = await this.appointments.letGo(actor, entry.offer.appointmentId);
    // Taken a moment ago: what was waited for has come.
    if (visit.status !== 'cancelled' && visit.status !== 'expired')
      waitlistStates.assert('booked', 'withdrawn');
  }

  /** An account goes: it waits for nothing any more, and why it did is forgotten. */
  async forget(userId: string): Promise<void> {
    const now = this.clock.now();
    const entries = this.database.query.updateTable('waitlistEntries').where('requestedBy', '=', userId);
    await entries
      .set({ status: 'withdrawn', offeredAppointmentId: null })
      .where('status', 'in', ['waiting', 'offered'])
      .execute();
    await entries.set({ reason: null, updatedAt: now }).execute();
  }

  #assertUsable(wish: Wish): void {
    const days = Temporal.PlainDate.from(wish.fromDate).until(wish.toDate, { largestUnit: 'days' }).days;
    const isOver = Temporal.Instant.compare(endOf(wish), this.clock.now()) <= 0;
    if (days < 0 || days >= WAITING_DAYS || isOver) throw rangeNotUsable(WAITING_DAYS);
  }

  async #free(doctor: Doctor, wish: Wish): Promise<{ start: string; end: string }[]> {
    const found = await this.slots.between(doctor, { from: startOf(wish), to: endOf(wish) });
    return found
      .filter(({ start }) => suits(wish, start))
      .slice(0, SHOWN)
      .map(({ start, end }) => ({ start: start.toString(), end: end.toString() }));
  }
}
