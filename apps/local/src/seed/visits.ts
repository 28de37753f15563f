import { Injectable } from '@nestjs/common';
import { BookingService, SlotsService } from '#appointments';
import { type Doctor, DoctorsService } from '#doctors';
import { Consultation } from './consultation.ts';
import { People } from './people.ts';
import type { CastVisit } from './story.ts';
import { Till } from './till.ts';
import { Timeline } from './timeline.ts';

/** How long before the visit it is booked, if that is not still to come. */
const BOOKED_DAYS_BEFORE = 3;

/** Lives through the visits of the story: booked, paid, held, written down, reviewed. */
@Injectable()
export class Visits {
  constructor(
    private readonly timeline: Timeline,
    private readonly people: People,
    private readonly till: Till,
    private readonly doctors: DoctorsService,
    private readonly slots: SlotsService,
    private readonly booking: BookingService,
    private readonly consultation: Consultation,
  ) {}

  /** Puts a visit on the timeline, from its booking on. */
  async plan(visit: CastVisit): Promise<void> {
    const doctor = await this.doctors.own(await this.people.actor(visit.doctor));
    const day = this.timeline.end.toZonedDateTimeISO(doctor.timeZone).toPlainDate().add({ days: visit.day });
    const wished = day.toZonedDateTime({ timeZone: doctor.timeZone, plainTime: visit.time }).toInstant();
    const booked = earlier(
      wished.subtract({ hours: BOOKED_DAYS_BEFORE * 24 }),
      this.timeline.end.subtract({ minutes: visit.outcome === 'held' ? 1 : 90 }),
    );
    this.timeline.plan(booked, () => this.#book(visit, doctor, wished));
  }

  async #book(visit: CastVisit, doctor: Doctor, wished: Temporal.Instant): Promise<void> {
    const patient = await this.people.actor(visit.patient);
    const slot = (await this.slots.next([doctor], wished)).get(doctor.id);
    if (!slot) throw new Error(`${doctor.name} has no slot after ${wished.toString()}.`);
    const { id } = await this.booking.hold(patient, {
      doctorId: doctor.id,
      start: slot.start,
      reason: visit.reason,
    });
    if (visit.outcome === 'held') return;
    this.timeline.plan(this.timeline.now().add({ minutes: 2 }), () => this.till.pay(patient, id));
    if (visit.outcome === 'cancelled') {
      const at = this.timeline.now().add({ hours: 20 });
      this.timeline.plan(at, () => this.consultation.cancel(patient, id, 'I am travelling that day.'));
    } else if (visit.outcome !== 'coming') {
      this.consultation.plan(visit, visit.outcome, { id, doctorId: doctor.id, ...slot });
    }
  }
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) < 0 ? a : b;
}
