import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { intentFor, payInBrowser, settled } from '../../support/paying.ts';
import {
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { PDF, putBytes } from '../../support/uploading.ts';
import type { Params } from './row.ts';
import { CHILD, LETTER, MEDICINE, made } from './world.ts';

/**
 * Who stands near a record that is about a child: the guardian, the guardian of another child, and a doctor of
 * the same practice who does not treat the child.
 */
export const KIN = ['guardian', 'other guardian', 'colleague'] as const;
export type Relative = (typeof KIN)[number];

/** What is asked of one operation, and what each of {@link KIN} gets for it. */
export interface KinRow {
  readonly codes: string;
  /** Lists: an id that is looked for. Whose answer has it gets a + at the status. */
  readonly shows?: (kin: Kin) => string;
  readonly at?: (kin: Kin) => Params | Promise<Params>;
  readonly body?: (kin: Kin, at: Params) => unknown;
}

interface KinRecords {
  /** A visit of the child that was paid and has taken place. */
  readonly visit: string;
  readonly patientId: string;
  readonly transaction: string;
  readonly encounter: string;
  readonly prescription: string;
  readonly vitals: string;
  readonly document: string;
  readonly file: string;
  /** A visit of the child that is to come, and its room. */
  readonly coming: string;
  readonly room: string;
  readonly waiting: string;
}

/** A child, whoever cares for and treats them, and those who do so for others. */
export class Kin {
  private constructor(
    private readonly app: TestApp,
    readonly guardian: Person,
    readonly otherGuardian: Person,
    readonly doctor: DoctorPerson,
    readonly colleague: DoctorPerson,
    readonly records: KinRecords,
  ) {}

  static async of(app: TestApp): Promise<Kin> {
    const admin = await registerAdmin(app);
    const [doctor, colleague] = [await registerDoctor(app, admin), await registerDoctor(app, admin)];
    for (const table of ['staff_members', 'doctors', 'availability_rules']) {
      const key = table === 'availability_rules' ? 'practitioner_id' : 'id';
      await app.sql(
        `update ${table} set organization_id = (select organization_id from doctors where id = $1) where ${key} = $2`,
        [doctor.doctorId, colleague.doctorId],
      );
    }
    const [guardian, otherGuardian] = [await register(app), await register(app)];
    const patientId = made(await guardian.client.post('/api/patients/dependants/', CHILD)).id;
    made(await otherGuardian.client.post('/api/patients/dependants/', CHILD));
    const visit = await paidVisitOf(app, guardian, doctor, patientId);
    made(await doctor.client.post(`/api/appointments/${visit.id}/start/`));
    const chart = await chartOf(app, guardian, doctor, visit.id, patientId);
    made(await doctor.client.post(`/api/appointments/${visit.id}/end/`));
    const coming = await paidVisitOf(app, guardian, doctor, patientId);
    const room = made(await doctor.client.post(`/api/rtc/rooms/appointment/${coming.id}/`)).id;
    const waiting = await waitingOf(doctor, otherGuardian, guardian, patientId);
    await app.drained();
    return new Kin(app, guardian, otherGuardian, doctor, colleague, {
      visit: visit.id,
      transaction: visit.transaction,
      patientId,
      ...chart,
      coming: coming.id,
      room,
      waiting,
    });
  }

  client(relative: Relative): Client {
    const clients: Readonly<Record<Relative, Client>> = {
      guardian: this.guardian.client,
      'other guardian': this.otherGuardian.client,
      colleague: this.colleague.client,
    };
    return clients[relative];
  }

  /** Another visit of the child that is to come. */
  async another(): Promise<Params> {
    const { id } = await paidVisitOf(this.app, this.guardian, this.doctor, this.records.patientId);
    return { id };
  }

  /** The beginning of a free slot of the doctor's. */
  async slot(): Promise<string> {
    return (await freeSlots(this.guardian.client, this.doctor.doctorId))[0]?.start ?? '';
  }
}

async function paidVisitOf(app: TestApp, guardian: Person, doctor: DoctorPerson, patient_id: string) {
  const [slot] = await freeSlots(guardian.client, doctor.doctorId);
  const held = made(
    await guardian.client.post('/api/appointments/', {
      doctor_id: doctor.doctorId,
      patient_id,
      start: slot?.start,
    }),
  );
  const intent = await intentFor(guardian, held.id);
  await payInBrowser(app, intent);
  await settled(app);
  return { id: held.id as string, transaction: intent.transaction.id };
}

async function chartOf(
  app: TestApp,
  guardian: Person,
  doctor: DoctorPerson,
  appointment_id: string,
  patient_id: string,
) {
  const encounter = made(
    await doctor.client.post('/api/emr/encounters/', { appointment_id, assessment: 'Viral infection' }),
  );
  made(await doctor.client.put(`/api/emr/encounters/${encounter.id}/`, { status: 'finalized' }));
  const prescription = made(
    await doctor.client.post('/api/emr/prescriptions/', {
      appointment_id,
      items: [MEDICINE],
      status: 'issued',
    }),
  );
  const vitals = made(await guardian.client.post('/api/emr/vitals/', { patient_id, heart_rate: 90 }));
  const document = made(await guardian.client.post('/api/emr/documents/', { ...LETTER, patient_id }));
  await putBytes(document.upload, PDF);
  made(await guardian.client.post(`/api/files/${document.file_id}/complete/`));
  await app.drained();
  return {
    encounter: encounter.id,
    prescription: prescription.id,
    vitals: vitals.id,
    document: document.id,
    file: document.file_id,
  };
}

/** The one slot of a day is taken, and the guardian waits for it on behalf of the child. */
async function waitingOf(doctor: DoctorPerson, taker: Person, guardian: Person, patient_id: string) {
  const day = Temporal.Now.plainDateISO('UTC').add({ days: 6 }).toString();
  const start = `${day}T10:00:00Z`;
  made(await taker.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start }));
  const wish = { from_date: day, to_date: day, earliest_time: '10:00', latest_time: '10:30' };
  return made(
    await guardian.client.post('/api/appointments/waitlist/', {
      doctor_id: doctor.doctorId,
      patient_id,
      ...wish,
    }),
  ).id as string;
}
