import { Injectable } from '@nestjs/common';
import { AppointmentsService, BookingService, SlotsService } from '#appointments';
import { AvailabilityService } from '#availability';
import { type Doctor, DoctorsService } from '#doctors';
import { DomainError, type UserActor } from '#kernel';
import { DOCTOR_NOW, PATIENT_NOW } from './cast.ts';
import { JOINABLE } from './joinable-room.ts';
import { People } from './people.ts';
import { Till } from './till.ts';
import { Timeline } from './timeline.ts';

/** It is booked this long before it begins. */
const BOOKED_HOURS_BEFORE = 2;
/** How many half hours are tried when somebody has booked the first ones. */
const TRIES = 8;

/** Sees to it that there is a visit that can be joined when the server starts. */
@Injectable()
export class VisitNow {
  constructor(
    private readonly timeline: Timeline,
    private readonly people: People,
    private readonly till: Till,
    private readonly doctors: DoctorsService,
    private readonly slots: SlotsService,
    private readonly availability: AvailabilityService,
    private readonly appointments: AppointmentsService,
    private readonly booking: BookingService,
  ) {}

  plan(): void {
    this.timeline.plan(this.timeline.end.subtract({ hours: BOOKED_HOURS_BEFORE }), async () => {
      const patient = await this.people.actor(PATIENT_NOW);
      const doctorActor = await this.people.actor(DOCTOR_NOW);
      const doctor = await this.doctors.own(doctorActor);
      if (await this.#stands(patient, doctor)) return;
      const former = await this.#former(patient, doctor);
      const id = await this.#place(doctorActor, doctor, (start) =>
        former
          ? this.booking.reschedule(doctorActor, former, start)
          : this.booking.hold(patient, { doctorId: doctor.id, start, reason: 'Follow-up on my cough' }),
      );
      if (!former) await this.till.pay(patient, id);
    });
  }

  async #stands(patient: UserActor, { id }: Doctor): Promise<boolean> {
    const { total } = await this.appointments.list(
      patient,
      {
        practitionerId: id,
        status: ['scheduled', 'arrived', 'in_progress'],
        startsFrom: this.timeline.end.subtract(JOINABLE.before),
        startsBefore: this.timeline.end.add(JOINABLE.after),
      },
      { page: 1, pageSize: 1 },
    );
    return total > 0;
  }

  /** An earlier one of which nobody was there to see that it was missed: it is moved. */
  async #former(patient: UserActor, { id }: Doctor): Promise<string | undefined> {
    const { items } = await this.appointments.list(
      patient,
      {
        practitionerId: id,
        status: ['scheduled'],
        startsBefore: this.timeline.end.subtract(JOINABLE.before),
      },
      { page: 1, pageSize: 1 },
    );
    return items[0]?.id;
  }

  async #place(
    actor: UserActor,
    doctor: Doctor,
    take: (start: Temporal.Instant) => Promise<{ id: string }>,
  ): Promise<string> {
    const zone = doctor.timeZone;
    let start = this.timeline.end
      .toZonedDateTimeISO(zone)
      .round({ smallestUnit: 'minute', roundingIncrement: 30 });
    for (let tries = 1; ; tries += 1) {
      await this.#open(actor, doctor, start);
      try {
        return (await take(start.toInstant())).id;
      } catch (error) {
        if (!(error instanceof DomainError) || error.kind !== 'conflict' || tries === TRIES) throw error;
        start = start.add({ minutes: doctor.slotMinutes });
      }
    }
  }

  /** The doctor works at this time, whatever the hour is where they live. */
  async #open(actor: UserActor, doctor: Doctor, start: Temporal.ZonedDateTime): Promise<void> {
    if (await this.slots.onGrid(doctor, start.toInstant())) return;
    const end = start.add({ minutes: doctor.slotMinutes });
    const isMidnight = end.hour === 0 && end.minute === 0;
    await this.availability.create(actor, {
      kind: 'extra',
      date: start.toPlainDate().toString(),
      startTime: wallTime(start),
      endTime: isMidnight ? '24:00' : wallTime(end),
    });
  }
}

function wallTime(at: Temporal.ZonedDateTime): string {
  return at.toPlainTime().toString({ smallestUnit: 'minute' });
}
