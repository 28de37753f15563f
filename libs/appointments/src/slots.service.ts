import { Injectable } from '@nestjs/common';
import {
  AvailabilityService,
  type Interval,
  isOpen,
  nearestFree,
  nextFree,
  type Slot,
  type SlotLimits,
  slots,
} from '#availability';
import { type Doctor, isLicensed, licensedUntil } from '#doctors';
import { Clock } from '#kernel';
import { Database } from '#platform';
import type { FreeSlot } from './appointment.errors.ts';
import { LIVE } from './appointment.states.ts';

export interface BookableSlot {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
}

type Bookable = Pick<
  Doctor,
  | 'id'
  | 'acceptingPatients'
  | 'minimumNoticeMinutes'
  | 'bookingHorizonDays'
  | 'kycStatus'
  | 'licenseExpiresOn'
>;

/** How many other slots a refused booking is shown. */
const NEAREST = 5;

/** The slots that can be booked: a practitioner's hours less what is taken. Computed, never stored. */
@Injectable()
export class SlotsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly availability: AvailabilityService,
  ) {}

  /** The bookable slots of these doctors that start in `[from, to)`. */
  async between(
    doctors: readonly Bookable[],
    from: Temporal.Instant,
    to: Temporal.Instant,
  ): Promise<Map<string, BookableSlot[]>> {
    const window = { start: from.epochMilliseconds, end: to.epochMilliseconds };
    return this.#forEach(doctors, (schedule, limits, doctor) =>
      slots(schedule, window, limits).filter(startsBefore(doctor)).map(asBookable),
    );
  }

  /** The first bookable slot of each of these doctors that starts at `from` or later. */
  async next(
    doctors: readonly Bookable[],
    from: Temporal.Instant = this.clock.now(),
  ): Promise<Map<string, BookableSlot | undefined>> {
    return this.#forEach(doctors, (schedule, limits, doctor) => {
      const slot = nextFree(schedule, from.epochMilliseconds, limits);
      return slot && startsBefore(doctor)(slot) ? asBookable(slot) : undefined;
    });
  }

  /** The slot of the doctor's hours that starts exactly then, taken or not; `undefined` when there is none. */
  async onGrid(doctor: Bookable, start: Temporal.Instant): Promise<BookableSlot | undefined> {
    const schedule = (await this.availability.schedulesOf([doctor.id])).get(doctor.id);
    if (!schedule || !doctor.acceptingPatients || !isLicensed(doctor, start)) return undefined;
    const at = start.epochMilliseconds;
    const [slot] = slots(schedule, { start: at, end: at + 1 }, this.#limits(doctor, []));
    return slot && isOpen(schedule, slot.start, slot.end, this.#limits(doctor, []))
      ? asBookable(slot)
      : undefined;
  }

  /** Free slots closest to a time that could not be booked, as an error tells them. */
  async nearest(doctor: Bookable, to: Temporal.Instant): Promise<FreeSlot[]> {
    const found = await this.#forEach([doctor], (schedule, limits) =>
      nearestFree(schedule, to.epochMilliseconds, NEAREST, limits).filter(startsBefore(doctor)),
    );
    return (found.get(doctor.id) ?? []).map(asBookable).map(({ start, end }) => ({
      start: start.toString(),
      end: end.toString(),
    }));
  }

  async #forEach<T>(
    doctors: readonly Bookable[],
    find: (schedule: Parameters<typeof slots>[0], limits: SlotLimits, doctor: Bookable) => T,
  ): Promise<Map<string, T>> {
    const ids = doctors.map((doctor) => doctor.id);
    const [schedules, busy] = await Promise.all([this.availability.schedulesOf(ids), this.#busy(ids)]);
    return new Map(
      doctors.map((doctor) => {
        const schedule = doctor.acceptingPatients ? schedules.get(doctor.id) : undefined;
        const limits = this.#limits(doctor, busy.get(doctor.id) ?? []);
        return [doctor.id, find(schedule ?? { rules: [], exceptions: [] }, limits, doctor)];
      }),
    );
  }

  #limits(doctor: Bookable, busy: readonly Interval[]): SlotLimits {
    return {
      now: this.clock.now().epochMilliseconds,
      minimumNoticeMinutes: doctor.minimumNoticeMinutes,
      horizonDays: doctor.bookingHorizonDays,
      busy,
    };
  }

  async #busy(practitionerIds: readonly string[]): Promise<Map<string, Interval[]>> {
    const busy = new Map<string, Interval[]>(practitionerIds.map((id) => [id, []]));
    if (practitionerIds.length === 0) return busy;
    const now = this.clock.now();
    const rows = await this.database.query
      .selectFrom('appointments')
      .select(['practitionerId', 'startsAt', 'endsAt'])
      .where('practitionerId', 'in', practitionerIds)
      .where('status', 'in', LIVE)
      .where('endsAt', '>', now)
      // A hold that has lapsed gives way to the next booking, whether or not its job has run.
      .where((eb) => eb.or([eb('status', '<>', 'held'), eb('holdExpiresAt', '>', now)]))
      .orderBy('startsAt')
      .execute();
    for (const { practitionerId, startsAt, endsAt } of rows) {
      busy.get(practitionerId)?.push({ start: startsAt.epochMilliseconds, end: endsAt.epochMilliseconds });
    }
    return busy;
  }
}

/** Behind the end of the licence there is nothing to book. */
function startsBefore(doctor: Bookable): (slot: Slot) => boolean {
  const end = licensedUntil(doctor).epochMilliseconds;
  return ({ start }) => start < end;
}

function asBookable({ start, end }: Slot): BookableSlot {
  return {
    start: Temporal.Instant.fromEpochMilliseconds(start),
    end: Temporal.Instant.fromEpochMilliseconds(end),
  };
}
