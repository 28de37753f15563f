import { Injectable } from '@nestjs/common';
import { type Doctor, DoctorSearch, DoctorsService, isLicensed, type ProfileFilter } from '#doctors';
import { type Actor, Clock, hasRole, notFound, type Page, type PageRequest } from '#kernel';
import { AppointmentsService } from './appointments.service.ts';
import { type BookableSlot, SlotsService } from './slots.service.ts';

export interface DoctorFilter extends Omit<ProfileFilter, 'order'> {
  /** Only doctors with a free slot that starts in this time. */
  readonly freeFrom?: Temporal.Instant;
  readonly freeBefore?: Temporal.Instant;
  readonly order?: {
    readonly by: NonNullable<ProfileFilter['order']>['by'] | 'nextSlot';
    readonly descending: boolean;
  };
}

export interface FoundDoctor {
  readonly doctor: Doctor;
  readonly nextSlot: BookableSlot | null;
}

export interface FoundSlot {
  readonly doctor: Doctor;
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
    private readonly bookable: SlotsService,
  ) {}

  async search(filter: DoctorFilter, page: PageRequest): Promise<Page<FoundDoctor>> {
    const bySlot = filter.order?.by === 'nextSlot' || filter.freeFrom || filter.freeBefore;
    return bySlot ? this.#bySlot(filter, page) : this.#byProfile(filter, page);
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

  /** The bookable slots in a time, of every doctor who fits, soonest first. */
  async slots(
    { doctorId, ...filter }: DoctorFilter & { readonly doctorId?: string },
    window: { readonly from: Temporal.Instant; readonly to: Temporal.Instant },
    { page, pageSize }: PageRequest,
  ): Promise<Page<FoundSlot>> {
    const doctors = await this.profiles.all({ ...profileOf(filter), ...(doctorId && { id: doctorId }) });
    const free = await this.bookable.between(doctors, window.from, window.to);
    const found = doctors
      .flatMap((doctor) => (free.get(doctor.id) ?? []).map((slot) => ({ doctor, slot })))
      .sort((a, b) => Temporal.Instant.compare(a.slot.start, b.slot.start));
    return {
      items: found.slice((page - 1) * pageSize, page * pageSize),
      total: found.length,
      page,
      pageSize,
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

  async #byProfile(filter: DoctorFilter, page: PageRequest): Promise<Page<FoundDoctor>> {
    const { items: doctors, ...found } = await this.profiles.page(profileOf(filter), page);
    const next = await this.bookable.next(doctors);
    return { ...found, items: doctors.map((doctor) => ({ doctor, nextSlot: next.get(doctor.id) ?? null })) };
  }

  /** Slots are computed, so a question about them is answered for every doctor that the profile lets through. */
  async #bySlot(filter: DoctorFilter, { page, pageSize }: PageRequest): Promise<Page<FoundDoctor>> {
    const { order, freeFrom, freeBefore } = filter;
    const doctors = await this.profiles.all(profileOf(filter));
    const next = await this.bookable.next(doctors, freeFrom ?? this.clock.now());
    const free = doctors.flatMap((doctor) => {
      const nextSlot = next.get(doctor.id);
      if (!nextSlot || (freeBefore && Temporal.Instant.compare(nextSlot.start, freeBefore) >= 0)) return [];
      return [{ doctor, nextSlot }];
    });
    if (order?.by === 'nextSlot') {
      const sign = order.descending ? -1 : 1;
      free.sort((a, b) => sign * Temporal.Instant.compare(a.nextSlot.start, b.nextSlot.start));
    }
    const items = free.slice((page - 1) * pageSize, page * pageSize);
    return { items, total: free.length, page, pageSize };
  }
}

/** What the profile has to say to a filter; an order by slot is made of the slots. */
function profileOf({ order, ...profile }: DoctorFilter): ProfileFilter {
  if (!order || order.by === 'nextSlot') return profile;
  return { ...profile, order: { by: order.by, descending: order.descending } };
}
