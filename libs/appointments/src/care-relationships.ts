import { Database } from '#platform';
import { Injectable } from '@nestjs/common';
import type { AppointmentStatus } from './appointment.entity.ts';

/** The states of a visit that make its doctor one of the patient's doctors. */
const TREATING: readonly AppointmentStatus[] = ['scheduled', 'arrived', 'in_progress', 'completed'];

/** Who is whose doctor: the ground on which a chart may be read. */
@Injectable()
export class CareRelationships {
  constructor(private readonly database: Database) {}

  /** Whether the doctor has a confirmed, running or completed visit with the patient. */
  async between(doctorUserId: string, patientId: string): Promise<boolean> {
    const visit = await this.database.query
      .selectFrom('appointments as visit')
      .innerJoin('doctors as doctor', 'doctor.id', 'visit.practitionerId')
      .select('visit.id')
      .where('doctor.userId', '=', doctorUserId)
      .where('visit.patientId', '=', patientId)
      .where('visit.status', 'in', TREATING)
      .limit(1)
      .executeTakeFirst();
    return visit !== undefined;
  }

  async isOwnChart(userId: string, patientId: string): Promise<boolean> {
    const chart = await this.database.query
      .selectFrom('patients')
      .select('id')
      .where('id', '=', patientId)
      .where('userId', '=', userId)
      .executeTakeFirst();
    return chart !== undefined;
  }
}
