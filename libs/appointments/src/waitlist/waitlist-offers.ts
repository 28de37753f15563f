import { Injectable } from '@nestjs/common';
import { Clock, DomainError } from '#kernel';
import { Database, Transactional } from '#platform';
import { SlotsService } from '../slots/slots.service.ts';
import type { Appointment } from '../visits/appointment.entity.ts';
import { AppointmentReader } from '../visits/appointment-reader.ts';
import { BookingService } from '../visits/booking.service.ts';
import { type WaitlistStatus, waitlistStates } from './waitlist.states.ts';
import { endOf, offerUntil, startOf, suits, type WaitlistEntry } from './waitlist-entry.ts';
import { WaitlistReader } from './waitlist-reader.ts';

/** Whoever has let this many offers pass without a word is not asked again. */
const LAPSES = 3;

/** How many slots of new hours are tried for one who waits, before it is the next one's turn. */
const TRIES = 10;

/** What became of the attempt to offer a slot to one who waits. */
type Attempt = 'offered' | 'waits_no_longer' | 'not_for_them' | 'slot_gone';

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
    private readonly slots: SlotsService,
    private readonly reader: WaitlistReader,
  ) {}

  /** Offers a slot to the first in line whom it suits and who was not offered it before; to nobody if it is taken. */
  async offer(practitionerId: string, start: Temporal.Instant): Promise<void> {
    for (const entry of await this.#line(practitionerId)) {
      if (!suits(entry, start)) continue;
      const attempt = await this.#offerTo(entry.id, start);
      if (attempt === 'offered' || attempt === 'slot_gone') return;
    }
  }

  /** The doctor has opened hours: everybody in line is offered the first free slot that suits them, who waits longest first. */
  async offerNewHours(practitionerId: string): Promise<void> {
    const line = await this.#line(practitionerId);
    if (line.length === 0) return;
    const from = line.map(startOf).reduce((a, b) => (Temporal.Instant.compare(a, b) <= 0 ? a : b));
    const to = line.map(endOf).reduce((a, b) => (Temporal.Instant.compare(a, b) >= 0 ? a : b));
    const free = new Set(
      (await this.slots.between({ id: practitionerId }, { from, to })).map(({ start }) => start),
    );
    for (const entry of line) await this.#offerFirst(entry, free);
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

  async #line(practitionerId: string): Promise<WaitlistEntry[]> {
    const rows = await this.reader
      .all()
      .where('entry.practitionerId', '=', practitionerId)
      .where('entry.status', '=', 'waiting')
      .where('doctor.acceptingPatients', '=', true)
      .orderBy('entry.createdAt')
      .orderBy('entry.id')
      .execute();
    return rows.map((row) => this.reader.asEntry(row));
  }

  /** The first of the free slots that suits; what is taken on the way is taken out of them. */
  async #offerFirst(entry: WaitlistEntry, free: Set<Temporal.Instant>): Promise<void> {
    let tries = 0;
    for (const start of free) {
      if (tries >= TRIES) return;
      if (!suits(entry, start)) continue;
      tries += 1;
      const attempt = await this.#offerTo(entry.id, start);
      if (attempt === 'offered' || attempt === 'slot_gone') free.delete(start);
      if (attempt === 'offered' || attempt === 'waits_no_longer') return;
    }
  }

  #offerTo(entryId: string, start: Temporal.Instant): Promise<Attempt> {
    return this.database.transaction(async () => {
      const entry = await this.reader.locked(entryId);
      // Another slot, or another process, was faster.
      if (entry.status !== 'waiting') return 'waits_no_longer';
      if (await this.#wasOffered(entryId, start)) return 'not_for_them';
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

  async #wasOffered(entryId: string, start: Temporal.Instant): Promise<boolean> {
    const former = await this.database.query
      .selectFrom('waitlistOffers')
      .select('entryId')
      .where('entryId', '=', entryId)
      .where('startsAt', '=', start)
      .executeTakeFirst();
    return former !== undefined;
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
  return error.code === 'patient_busy' ? 'not_for_them' : 'slot_gone';
}
