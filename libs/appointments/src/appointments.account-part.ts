import { type AccountPart, type ErasureObstacle, KeepsOfAccount } from '#auth';
import type { UserActor } from '#kernel';
import { appointmentStates, LIVE } from './visits/appointment.states.ts';
import { AppointmentReader } from './visits/appointment-reader.ts';
import { AppointmentsService } from './visits/appointments.service.ts';
import { WaitlistReader } from './waitlist/waitlist-reader.ts';

@KeepsOfAccount('appointments')
export class AppointmentsAccountPart implements AccountPart {
  constructor(
    private readonly reader: AppointmentReader,
    private readonly appointments: AppointmentsService,
    private readonly waitlist: WaitlistReader,
  ) {}

  /** The visits on the patient's side: those of a doctor tell of other people. */
  async export(userId: string): Promise<Record<string, unknown>> {
    const waiting = await this.waitlist.all().where('patient.accountUserId', '=', userId).execute();
    const rows = await this.reader
      .all()
      .where('patient.accountUserId', '=', userId)
      .orderBy('visit.startsAt')
      .execute();
    return {
      visits: rows.map((row) => {
        // The doctor's notes are the doctor's own.
        const { patient, practitioner, notes: _, ...visit } = this.reader.asAppointment(row);
        return { ...visit, patient: patient.name, doctor: practitioner.name };
      }),
      waitlist: waiting.map((row) => {
        const { patient, doctor, ...entry } = this.waitlist.asEntry(row);
        return { ...entry, patient: patient.name, doctor: doctor.name };
      }),
    };
  }

  async obstacles(userId: string): Promise<ErasureObstacle[]> {
    const open = await this.#open(userId);
    return open.map(({ id, status }) => ({ kind: 'visit', id, status }));
  }

  async callOff(owner: UserActor): Promise<void> {
    for (const { id, status } of await this.#open(owner.userId)) {
      if (appointmentStates.can(status, 'cancelled')) await this.appointments.cancel(owner, id);
    }
  }

  /** Visits that still take up somebody's time, on either side. */
  async #open(userId: string) {
    return this.reader
      .all()
      .where((eb) => eb.or([eb('patient.accountUserId', '=', userId), eb('doctor.userId', '=', userId)]))
      .where('visit.status', 'in', LIVE)
      .orderBy('visit.startsAt')
      .execute();
  }
}
