import { Injectable } from '@nestjs/common';
import type { Slot } from '#availability';
import {
  type Doctor,
  DoctorSearch,
  DoctorsService,
  isLicensed,
  licensedOn,
  type ProfileFilter,
} from '#doctors';
import { type Actor, Clock, hasRole, notFound, type Page, type PageRequest } from '#kernel';
import { AppointmentsService } from '../visits/appointments.service.ts';
import { Calendars } from './calendars.ts';
import type { DoctorList } from './doctor-list.ts';
import { DoctorLists } from './doctor-lists.ts';
import { pageInOrder } from './page-in-order.ts';
import { asBookable, type BookableSlot, type Window } from './slots.service.ts';

export interface DoctorFilter extends Omit<ProfileFilter, 'order'> {
  /** Only doctors with a free slot that starts in this time. */
  readonly freeFrom?: Temporal.Instant;
  readonly freeBefore?: Temporal.Instant;
  readonly order?: {
    readonly by: NonNullable<ProfileFilter['order']>['by'] | 'nextSlot';
    readonly descending: boolean;
  };
}

/** A question about slots across doctors. */
export interface SlotFilter extends Omit<DoctorFilter, 'order' | 'freeFrom' | 'freeBefore'> {
  readonly doctorId?: string;
  /** No more than this many of each doctor, the soonest. */
  readonly perDoctor?: number;
  readonly latestFirst?: boolean;
}

export interface FoundDoctor {
  readonly doctor: Doctor;
  readonly nextSlot: BookableSlot | null;
}

export interface FoundSlot {
  readonly doctorId: string;
  readonly doctorName: string;
  readonly slot: BookableSlot;
}

/** Finding a doctor: everybody who is listed, with the next slot that can be booked. */
@Injectable()
export class DiscoveryService {
  constructor(
    private readonly clock: Clock,
    private readonly appointments: AppointmentsService,
    private readonly doctors: DoctorsService,
    private readonly profiles: DoctorSearch,
    private readonly calendars: Calendars,
    private readonly lists: DoctorLists,
  ) {}

  async search(filter: DoctorFilter, page: PageRequest): Promise<Page<FoundDoctor>> {
    const list = await this.#matching(filter);
    const now = this.clock.now().epochMilliseconds;
    const from = filter.freeFrom?.epochMilliseconds ?? now;
    const { ids, total } = isAboutSlots(filter)
      ? await this.#pageBySlot(list, filter, { from, now }, page)
      : { ids: pageOf(list.ids, page), total: list.ids.length };
    const [doctors, calendars] = await Promise.all([this.profiles.byIds(ids), this.calendars.of(ids)]);
    return {
      ...page,
      total,
      items: ids.flatMap((id, i) => {
        const doctor = doctors.get(id);
        return doctor ? [asFound(doctor, calendars[i]?.next(from, now))] : [];
      }),
    };
  }

  /**
   * A doctor as the actor may see them. Who is not listed any more is still known to those who met them, to
   * administrators and to themselves; they take no bookings.
   * @throws not_found `doctor_not_found`
   */
  async doctor(actor: Actor, doctorId: string): Promise<Doctor> {
    const doctor = await this.doctors.byId(doctorId);
    if (isLicensed(doctor, this.clock.now())) return doctor;
    const knows =
      doctor.userId === actor.userId || hasRole(actor, 'admin') || (await this.#met(actor, doctorId));
    if (!knows) throw notFound('doctor');
    return { ...doctor, acceptingPatients: false };
  }

  /** The bookable slots in a time, of every doctor who fits, soonest first unless asked otherwise. */
  async slots(
    { doctorId, perDoctor, latestFirst = false, ...filter }: SlotFilter,
    { from, to }: Window,
    page: PageRequest,
  ): Promise<Page<FoundSlot>> {
    // A list of one is not worth the place of a long one.
    const ids = doctorId
      ? await this.profiles.ids({ ...profileOf(filter), id: doctorId })
      : (await this.#matching(filter)).ids;
    const calendars = await this.calendars.of(ids);
    const now = this.clock.now().epochMilliseconds;
    const window = { start: from.epochMilliseconds, end: to.epochMilliseconds };
    const found = ids.flatMap((id, i) =>
      (calendars[i]?.slots(window, now, perDoctor) ?? []).map((slot) => ({ id, slot })),
    );
    const { places, total } = pageInOrder(
      Float64Array.from(found, ({ slot }) => (latestFirst ? -slot.start : slot.start)),
      found.map(({ id }) => id),
      page,
    );
    const chosen = places.map((place) => found[place] as (typeof found)[number]);
    const names = await this.profiles.names([...new Set(chosen.map(({ id }) => id))]);
    return {
      ...page,
      total,
      items: chosen.flatMap(({ id, slot }) => {
        const doctorName = names.get(id);
        return doctorName === undefined ? [] : [{ doctorId: id, doctorName, slot: asBookable(slot) }];
      }),
    };
  }

  async #met(actor: Actor, practitionerId: string): Promise<boolean> {
    if (actor.userId === null) return false;
    const { total } = await this.appointments.list(
      actor,
      {
        practitionerId,
        status: ['scheduled', 'arrived', 'in_progress', 'completed', 'cancelled', 'no_show'],
      },
      { page: 1, pageSize: 1 },
    );
    return total > 0;
  }

  /**
   * Slots are computed, so a question about them is answered for every doctor that the profile lets through:
   * from memory, and with no more of each doctor than a number until the page is known.
   */
  async #pageBySlot(
    list: DoctorList,
    { order, freeFrom, freeBefore }: DoctorFilter,
    { from, now }: { readonly from: number; readonly now: number },
    page: PageRequest,
  ): Promise<{ ids: string[]; total: number }> {
    const idsOf = (places: readonly number[]) => places.map((place) => list.ids[place] as string);
    const before = freeBefore?.epochMilliseconds ?? Infinity;
    const starts = await list.startsFrom(from, now, (ids) => this.calendars.of(ids));
    const isLeftOut = (start: number) => (freeFrom || freeBefore) !== undefined && !(start < before);
    if (order?.by === 'nextSlot') {
      const { places, total } = pageInOrder(starts.map(sortKey(isLeftOut, order.descending)), list.ids, page);
      return { ids: idsOf(places), total };
    }
    const places = [...starts.keys()].filter((place) => !isLeftOut(starts[place] as number));
    return { ids: idsOf(pageOf(places, page)), total: places.length };
  }

  /** The ids of all who fit, in order unless the slots make it. */
  #matching(asked: DoctorFilter): Promise<DoctorList> {
    const { freeFrom: _from, freeBefore: _before, ...filter } = asked;
    const name = JSON.stringify([licensedOn(this.clock.now()), filter]);
    return this.lists.of(name, () => this.profiles.ids(profileOf(filter)));
  }
}

/** What the profile has to say to a filter; an order by slot is made of the slots. */
function profileOf({ order, ...profile }: DoctorFilter): ProfileFilter {
  if (!order || order.by === 'nextSlot') return profile;
  return { ...profile, order: { by: order.by, descending: order.descending } };
}

function asFound(doctor: Doctor, next: Slot | undefined): FoundDoctor {
  return { doctor, nextSlot: next ? asBookable(next) : null };
}

/** By what a slot's start is sorted. Who has none comes last in either direction. */
function sortKey(isLeftOut: (start: number) => boolean, descending: boolean): (start: number) => number {
  return (start) => {
    if (isLeftOut(start)) return Number.NaN;
    return descending && start !== Infinity ? -start : start;
  };
}

function isAboutSlots({ order, freeFrom, freeBefore }: DoctorFilter): boolean {
  return order?.by === 'nextSlot' || freeFrom !== undefined || freeBefore !== undefined;
}

function pageOf<T>(all: readonly T[], { page, pageSize }: PageRequest): T[] {
  return all.slice((page - 1) * pageSize, page * pageSize);
}
