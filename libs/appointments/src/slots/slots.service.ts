import { Injectable } from '@nestjs/common';
import { AvailabilityService, type Slot } from '#availability';
import type { Doctor } from '#doctors';
import { Clock } from '#kernel';
import type { FreeSlot } from '../visits/appointment.errors.ts';
import { bookingRulesOf, Calendar } from './calendar.ts';
import { Calendars } from './calendars.ts';

export interface BookableSlot {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
}

/** A slot as a booking takes it. */
export interface OfferedSlot extends BookableSlot {
  /** What the practitioner keeps free after it. */
  readonly bufferMinutes: number;
}

export interface Window {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

type Practitioner = Pick<Doctor, 'id'>;

/** How many other slots a refused booking is shown. */
const NEAREST = 5;

/** The slots that can be booked: a practitioner's hours less what is taken. Computed, never stored. */
@Injectable()
export class SlotsService {
  constructor(
    private readonly clock: Clock,
    private readonly availability: AvailabilityService,
    private readonly calendars: Calendars,
  ) {}

  /** The bookable slots of a doctor that start in `[from, to)`. */
  async between(doctor: Practitioner, { from, to }: Window): Promise<BookableSlot[]> {
    const window = { start: from.epochMilliseconds, end: to.epochMilliseconds };
    const now = this.#now();
    return (await this.#calendarOf(doctor))?.slots(window, now).map(asBookable) ?? [];
  }

  /** The first bookable slot of each of these doctors that starts at `from` or later. */
  async next(
    doctors: readonly Practitioner[],
    from: Temporal.Instant = this.clock.now(),
  ): Promise<Map<string, BookableSlot | undefined>> {
    const calendars = await this.calendars.of(doctors.map(({ id }) => id));
    const now = this.#now();
    return new Map(
      doctors.map(({ id }, i) => {
        const slot = calendars[i]?.next(from.epochMilliseconds, now);
        return [id, slot && asBookable(slot)];
      }),
    );
  }

  /**
   * The slot of the doctor's hours that starts exactly then, taken or not; `undefined` when there is none. It reads
   * the hours alone: whether the slot is free is found out under the lock of whoever takes it.
   * @param notice whether it must be as far ahead as the doctor asks of patients.
   */
  async onGrid(
    doctor: Doctor,
    start: Temporal.Instant,
    { notice = true }: { readonly notice?: boolean } = {},
  ): Promise<OfferedSlot | undefined> {
    const schedules = await this.availability.schedulesOf([doctor.id]);
    const hours = new Calendar(bookingRulesOf(doctor), schedules.get(doctor.id), []);
    const slot = hours.onGrid(start.epochMilliseconds, this.#now(), notice);
    return slot && { ...asBookable(slot), bufferMinutes: slot.bufferMinutes };
  }

  /** Free slots closest to a time that could not be booked, as an error tells them. */
  async nearest(doctor: Practitioner, to: Temporal.Instant): Promise<FreeSlot[]> {
    const found = (await this.#calendarOf(doctor))?.nearest(to.epochMilliseconds, NEAREST, this.#now());
    return (found ?? []).map(asBookable).map(({ start, end }) => ({
      start: start.toString(),
      end: end.toString(),
    }));
  }

  async #calendarOf({ id }: Practitioner): Promise<Calendar | undefined> {
    const [calendar] = await this.calendars.of([id]);
    return calendar;
  }

  #now(): number {
    return this.clock.now().epochMilliseconds;
  }
}

export function asBookable({ start, end }: Slot): BookableSlot {
  return {
    start: Temporal.Instant.fromEpochMilliseconds(start),
    end: Temporal.Instant.fromEpochMilliseconds(end),
  };
}
