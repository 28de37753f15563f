import { Injectable } from '@nestjs/common';
import { Database } from '#platform';
import type { AppointmentStatus } from './appointment.entity.ts';

/** The states of a visit that make its doctor one of the patient's doctors. */
const TREATING: readonly AppointmentStatus[] = ['scheduled', 'arrived', 'in_progress', 'completed'];

/** Who is whose doctor: the ground on which a chart may be opened. */
@Injectable()
export class CareRelationships {
  constructor(private readonly database: Database) {}

  /**
   * The ids of the charts that a person may open, for the statement of a list: those they act for, and
   * their patients'.
   */
  chartsOf(userId: string) {
    return this.database.query
      .selectFrom('patients')
      .select('patients.id')
      .where('patients.accountUserId', '=', userId)
      .union(
        this.database.query
          .selectFrom('appointments as visit')
          .innerJoin('doctors as doctor', 'doctor.id', 'visit.practitionerId')
          .select('visit.patientId as id')
          .where('doctor.userId', '=', userId)
          .where('visit.status', 'in', TREATING),
      );
  }

  /** Whether the person acts for the chart, or treats whom it is about. */
  async mayOpen(userId: string, patientId: string): Promise<boolean> {
    const chart = await this.database.query
      .selectFrom(this.chartsOf(userId).as('chart'))
      .select('chart.id')
      .where('chart.id', '=', patientId)
      .executeTakeFirst();
    return chart !== undefined;
  }
}
