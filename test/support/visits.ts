import type { TestServer } from './app.ts';
import { book, type DoctorPerson, type Person } from './people.ts';

export interface Visit {
  readonly id: string;
  readonly patientId: string;
}

/** A booking that counts as paid, without the payment. */
export async function confirmedVisit(
  app: TestServer,
  patient: Person,
  doctor: DoctorPerson,
  index = 0,
): Promise<Visit> {
  const { id } = await book(patient, doctor.doctorId, index);
  const [row] = await app.sql<{ patient_id: string }>(
    `update appointments set status = 'scheduled', hold_expires_at = null where id = $1 returning patient_id`,
    [id],
  );
  if (!row) throw new Error(`No visit ${id}.`);
  return { id, patientId: row.patient_id };
}

/** A visit that its doctor has begun. */
export async function startedVisit(
  app: TestServer,
  patient: Person,
  doctor: DoctorPerson,
  index = 0,
): Promise<Visit> {
  const visit = await confirmedVisit(app, patient, doctor, index);
  const answer = await doctor.client.post(`/api/appointments/${visit.id}/start/`);
  if (answer.status !== 200) throw new Error(`Not started: ${JSON.stringify(answer.body)}`);
  return visit;
}

/** A confirmed visit with its room. */
export async function visitWithRoom(
  app: TestServer,
  patient: Person,
  doctor: DoctorPerson,
  index = 0,
): Promise<Visit & { readonly roomId: string }> {
  const visit = await confirmedVisit(app, patient, doctor, index);
  const room = await doctor.client.post(`/api/rtc/rooms/appointment/${visit.id}/`);
  if (room.status !== 201) throw new Error(`No room: ${JSON.stringify(room.body)}`);
  return { ...visit, roomId: room.body.data.id };
}

/** Lets a visit begin in so many minutes (or so long ago, below zero) and last half an hour, past every rule. */
export async function beginsIn(app: TestServer, visitId: string, minutes: number): Promise<void> {
  await app.sql(
    `update appointments set starts_at = now() + make_interval(mins => $2),
       ends_at = now() + make_interval(mins => $2 + 30) where id = $1`,
    [visitId, minutes],
  );
}

/** Lets the job come that looks at a visit after its time. */
export async function concluded(app: TestServer, visitId: string): Promise<void> {
  await app.sql(
    `update pgboss.job set start_after = now() where name = 'appointments.conclude' and state = 'created'
       and data ->> 'appointmentId' = $1`,
    [visitId],
  );
  await app.drained();
}
