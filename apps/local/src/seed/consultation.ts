import { Injectable } from '@nestjs/common';
import { AppointmentsService, type BookableSlot } from '#appointments';
import { EncountersService, PrescriptionPdfsService, PrescriptionsService } from '#emr';
import type { UserActor } from '#kernel';
import { ReviewsService } from '#reviews';
import { People } from './people.ts';
import type { CastVisit, TakenPlace } from './story.ts';
import { Timeline } from './timeline.ts';

/** When the doctor is done with the record, the prescription and the patient, in minutes after the start. */
const WRITTEN_AFTER = 14;
const PRESCRIBED_AFTER = 16;
const ENDED_AFTER = 18;
const REVIEWED_AFTER_HOURS = 20;

interface Booked extends BookableSlot {
  readonly id: string;
  readonly doctorId: string;
}

/** What happens in a visit and after it. */
@Injectable()
export class Consultation {
  constructor(
    private readonly timeline: Timeline,
    private readonly people: People,
    private readonly appointments: AppointmentsService,
    private readonly encounters: EncountersService,
    private readonly prescriptions: PrescriptionsService,
    private readonly papers: PrescriptionPdfsService,
    private readonly reviews: ReviewsService,
  ) {}

  plan({ doctor, patient }: CastVisit, course: TakenPlace, { id, doctorId, start }: Booked): void {
    const { record, prescription, review } = course;
    const as = (key: string, at: Temporal.Instant, act: (actor: UserActor) => Promise<unknown>) =>
      this.timeline.plan(at, async () => void (await act(await this.people.actor(key))));
    as(doctor, start, (actor) => this.appointments.start(actor, id));
    as(doctor, start.add({ minutes: WRITTEN_AFTER }), async (actor) => {
      const draft = await this.encounters.create(actor, id, record);
      await this.encounters.update(actor, draft.id, { status: 'finalized' });
    });
    if (prescription) {
      as(doctor, start.add({ minutes: PRESCRIBED_AFTER }), async (actor) => {
        const issued = await this.prescriptions.create(actor, {
          appointmentId: id,
          ...prescription,
          status: 'issued',
        });
        await this.papers.generate(actor, issued.id);
      });
    }
    as(doctor, start.add({ minutes: ENDED_AFTER }), (actor) => this.appointments.complete(actor, id));
    if (review) {
      as(patient, start.add({ hours: REVIEWED_AFTER_HOURS }), (actor) =>
        this.reviews.create(actor, { doctorId, appointmentId: id, ...review }),
      );
    }
  }

  async cancel(actor: UserActor, id: string, reason: string): Promise<void> {
    await this.appointments.cancel(actor, id, reason);
  }
}
