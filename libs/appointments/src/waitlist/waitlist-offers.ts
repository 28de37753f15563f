import { Injectable } from '@nestjs/common';
import { Clock, DomainError } from '#kernel';
import { Database, Transactional } from '#platform';
import type { Appointment } from '../visits/appointment.entity.ts';
import { AppointmentReader } from '../visits/appointment-reader.ts';
import { BookingService } from '../visits/booking.service.ts';
import { type WaitlistStatus, waitlistStates } from './waitlist.states.ts';
import { endOf, offerUntil, suits, type WaitlistEntry } from './waitlist-entry.ts';
import { WaitlistReader } from './waitlist-reader.ts';

/** Whoever has let this many offers pass without a word is not asked again. */
const LAPSES = 3;

/** What became of the attempt to offer a slot to one who waits. */
type Attempt = 'offered' | 'next_please' | 'slot_gone';

/**
 * Brings a slot that got free to the patient who waits longest for one like it. It is kept for them as a held
 * visit, so everything that holds for booking holds for an offer too; only one who waits gets it, because
 * the entry is locked before the slot is taken.
 */
@Injectable()
export class WaitlistOffers {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly booking: BookingService,
    private readonly visits: AppointmentReader,
    private readonly reader: WaitlistReader,
  ) {}

  /** Offers a slot to the first in line whom it suits and who was not offered it before; to nobody if it is taken. */
  async offer(practitionerId: string, start: Temporal.Instant): Promise<void> {
    for (const entry of await this.#line(practitionerId, start)) {
      if ((await this.#offerTo(entry.id, start)) !== 'next_please') return;
    }
  }

  /** The entry behind a visit follows what became of that: taken, or let go. */
  @Transactional()
  async settle(appointmentId: string): Promise<void> {
    const visit = await this.visits.byId(appointmentId);
    for (const { id } of await this.#concerned(visit)) {
      const entry = await this.reader.locked(id);
      const status = this.#after(entry, visit);
      if (!status || !waitlistStates.can(entry.status, status)) continue;
      const lapses = entry.lapses + (visit.status === 'expired' ? 1 : 0);
      await this.#change(entry.id, {
        status: status === 'waiting' && lapses >= LAPSES ? 'ended' : status,
        offeredAppointmentId: null,
        lapses,
      });
    }
  }

  async #line(practitionerId: string, start: Temporal.Instant): Promise<WaitlistEntry[]> {
    const rows = await this.reader
      .all()
      .where('entry.practitionerId', '=', practitionerId)
      .where('entry.status', '=', 'waiting')
      .where('doctor.acceptingPatients', '=', true)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('waitlistOffers as former')
              .select('former.entryId')
              .whereRef('former.entryId', '=', 'entry.id')
              .where('former.startsAt', '=', start),
          ),
        ),
      )
      .orderBy('entry.createdAt')
      .orderBy('entry.id')
      .execute();
    return rows.map((row) => this.reader.asEntry(row)).filter((entry) => suits(entry, start));
  }

  #offerTo(entryId: string, start: Temporal.Instant): Promise<Attempt> {
    return this.database.transaction(async () => {
      const entry = await this.reader.locked(entryId);
      // Another slot, or another process, was faster.
      if (entry.status !== 'waiting') return 'next_please';
      const now = this.clock.now();
      const until = offerUntil(start, now);
      if (!until) return 'slot_gone';
      const { practitionerId: doctorId, patientId, requestedBy: bookedBy, reason } = entry;
      const visit = await this.booking
        .propose({ doctorId, start, patientId, bookedBy, reason, until })
        .catch(whyNot);
      if (typeof visit === 'string') return visit;
      await this.database.query
        .insertInto('waitlistOffers')
        .values({ entryId, appointmentId: visit.id, startsAt: start, createdAt: now })
        .execute();
      await this.#change(entryId, { status: 'offered', offeredAppointmentId: visit.id });
      return 'offered';
    });
  }

  /** What the patient of a visit waits for with its doctor: a visit that was booked alone may fulfil it, too. */
  async #concerned({ practitionerId, patientId }: Appointment): Promise<{ id: string }[]> {
    return this.database.query
      .selectFrom('waitlistEntries')
      .select('id')
      .where('practitionerId', '=', practitionerId)
      .where('patientId', '=', patientId)
      .where('status', 'in', ['waiting', 'offered'])
      .execute();
  }

  #after(entry: WaitlistEntry, visit: Appointment): WaitlistStatus | undefined {
    const isOffered = entry.offer?.appointmentId === visit.id;
    if (visit.status === 'cancelled' || visit.status === 'expired') {
      if (!isOffered) return undefined;
      return Temporal.Instant.compare(endOf(entry), this.clock.now()) > 0 ? 'waiting' : 'ended';
    }
    return visit.status !== 'held' && (isOffered || suits(entry, visit.startsAt)) ? 'booked' : undefined;
  }

  async #change(
    id: string,
    changes: { status: WaitlistStatus; offeredAppointmentId: string | null; lapses?: number },
  ): Promise<void> {
    await this.database.query
      .updateTable('waitlistEntries')
      .set({ ...changes, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .execute();
  }
}

function whyNot(error: unknown): Attempt {
  if (!(error instanceof DomainError)) throw error;
  // This patient is elsewhere at that time; anything else is about the slot.
  return error.code === 'patient_busy' ? 'next_please' : 'slot_gone';
}
