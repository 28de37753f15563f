import { newId } from '#kernel';
import { PatientsService } from '#patients';
import type { TestApp } from '../../support/app.ts';
import { eventually } from '../../support/app.ts';
import type { Answer, Client } from '../../support/client.ts';
import { settled } from '../../support/paying.ts';
import { earnedVisit, payableDoctor } from '../../support/payouts.ts';
import {
  book,
  type DoctorPerson,
  freeSlots,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import type { PushService } from '../../support/push-service.ts';
import { JPEG, PDF, putBytes } from '../../support/uploading.ts';
import { confirmedVisit, startedVisit, visitWithRoom } from '../../support/visits.ts';
import type { Caller, Params } from './row.ts';

const MONTH = new Date().toISOString().slice(0, 7);

export const MEDICINE = {
  medicine: 'Amoxicillin',
  strength: '500 mg',
  form: 'capsule',
  dose: '1 capsule',
  route: 'by mouth',
  frequency: 'three times a day',
  duration: '7 days',
  quantity: '21 capsules',
};

/** What an answer made. @throws Error when it made nothing */
export function made({ status, body }: Answer): Answer['body'] {
  if (status >= 300) throw new Error(`Not made: ${status} ${JSON.stringify(body)}`);
  return body.data;
}

interface People {
  readonly patient: Person;
  readonly doctor: DoctorPerson;
  readonly admin: Person;
  readonly otherPatient: Person;
  readonly otherDoctor: DoctorPerson;
  /** Somebody else again, for what the others come upon: a patient of nobody here, a doctor in an emergency. */
  readonly thirdPatient: Person;
  readonly thirdDoctor: DoctorPerson;
}

/** The records that rows ask for and leave as they are. */
interface Records {
  /** A visit that was paid and has taken place, and what belongs to it. */
  readonly visit: string;
  readonly patientId: string;
  readonly thirdPatientId: string;
  readonly transaction: string;
  readonly encounter: string;
  readonly prescription: string;
  readonly verificationCode: string;
  readonly vitals: string;
  readonly document: string;
  readonly file: string;
  readonly review: string;
  readonly refund: string;
  readonly dispute: string;
  readonly webhook: string;
  readonly reconciliation: string;
  readonly payout: string;
  /** The receipt of the transaction. */
  readonly invoice: string;
  readonly ledgerAccount: string;
  readonly commissionRule: string;
  /** The doctor's trial. */
  readonly subscription: string;
  readonly room: string;
  readonly roomVisit: string;
  readonly emergency: string;
  readonly waiting: string;
  readonly dependant: string;
  readonly hours: string;
  readonly delivery: string;
  readonly bulk: string;
  readonly identity: string;
}

/** One server with two pairs of people who have nothing to do with each other, and all that one pair has. */
export class World {
  readonly app: TestApp;
  readonly people: People;
  readonly records: Records;
  /** Where the people's browsers get what is pushed to them. */
  readonly push: PushService;

  private constructor(app: TestApp, push: PushService, people: People, records: Records) {
    this.app = app;
    this.push = push;
    this.people = people;
    this.records = records;
  }

  static async of(app: TestApp, push: PushService): Promise<World> {
    const [admin, approver] = await Promise.all([registerAdmin(app), registerAdmin(app)]);
    const [doctor, otherDoctor, thirdDoctor] = await Promise.all([
      payableDoctor(app, admin),
      registerDoctor(app, admin),
      registerDoctor(app, admin),
    ]);
    const paid = await earnedVisit(app, doctor);
    const { patient } = paid;
    const [otherPatient, thirdPatient] = [await register(app), await register(app)];
    const people = { patient, doctor, admin, otherPatient, otherDoctor, thirdPatient, thirdDoctor };

    const payout = await paidOut(app, people, approver);
    // What a second payout could pay.
    const disputed = await earnedVisit(app, doctor);
    app.sandbox.control.dispute(disputed.intent.transaction.provider_reference, { isInquiry: true });
    await settled(app);
    const visit = paid.appointmentId;
    const { roomId: room, id: roomVisit, patientId } = await visitWithRoom(app, patient, doctor);
    const thirdPatientId = await chartOf(app, thirdPatient);
    const reviewed = `/api/doctors/${doctor.doctorId}/reviews/create/`;
    const records: Records = {
      visit,
      patientId,
      thirdPatientId,
      transaction: paid.transactionId,
      payout,
      ...(await books(admin, paid.transactionId)),
      dispute: made(await admin.client.get('/api/payments/disputes/')).items[0].id,
      subscription: made(await doctor.client.post('/api/payments/subscription/')).id,
      reconciliation: made(await admin.client.post('/api/payments/reconciliations/', { days: 1 }))[0].id,
      webhook: made(await admin.client.get('/api/payments/webhook-events/?ordering=created_at')).items[0].id,
      room,
      roomVisit,
      ...(await chart(app, people, visit, patientId)),
      review: made(await patient.client.post(reviewed, { rating: 4, comment: 'Good.' })).id,
      refund: made(
        await admin.client.post(`/api/payments/transactions/${paid.transactionId}/refund/`, {
          reason: 'Out of courtesy',
          amount: { amount: 100, currency: 'EUR' },
        }),
      ).id,
      emergency: made(
        await thirdDoctor.client.post('/api/emr/break-glass/', {
          patient_id: patientId,
          reason: 'Found unconscious at the station',
        }),
      ).id,
      waiting: await waitFor(people),
      dependant: made(await patient.client.post('/api/patients/dependants/', CHILD)).id,
      hours: made(await doctor.client.get('/api/doctors/availability/')).items[0].id,
      bulk: made(
        await admin.client.post('/api/notifications/send-bulk/', { ...WORDS, user_ids: [patient.userId] }),
      ).id,
      identity: await papersOf(patient.client),
      delivery: '',
    };
    await app.drained();
    const [delivery] = made(await admin.client.get('/api/notifications/deliveries/')).items;
    return new World(app, push, people, { ...records, delivery: delivery.id });
  }

  client(caller: Caller): Client {
    const { patient, doctor, admin, otherPatient, otherDoctor } = this.people;
    const clients: Readonly<Record<Caller, Client>> = {
      anonymous: this.app.client(),
      'other patient': otherPatient.client,
      'other doctor': otherDoctor.client,
      patient: patient.client,
      doctor: doctor.client,
      administrator: admin.client,
    };
    return clients[caller];
  }

  /** Somebody of the caller's role who has just registered. */
  async newcomer(caller: Caller): Promise<Client> {
    if (caller === 'anonymous') return this.app.client();
    if (caller === 'administrator') return (await registerAdmin(this.app)).client;
    return (await register(this.app, caller.endsWith('doctor') ? 'doctor' : 'patient')).client;
  }

  /** A visit of the two that nobody has paid for yet. */
  async held(): Promise<Params> {
    return { id: (await book(this.people.patient, this.people.doctor.doctorId)).id };
  }

  async confirmed(): Promise<Params> {
    return { id: (await confirmedVisit(this.app, this.people.patient, this.people.doctor)).id };
  }

  async started(): Promise<Params> {
    return { id: (await startedVisit(this.app, this.people.patient, this.people.doctor)).id };
  }

  /** The room of a confirmed visit of the two. */
  async newRoom(): Promise<Params> {
    return { id: (await visitWithRoom(this.app, this.people.patient, this.people.doctor)).roomId };
  }

  /** A time that the doctor recommends, kept for the patient. */
  async proposed(): Promise<Params> {
    const { doctor } = this.people;
    const start = await this.slot(doctor.doctorId);
    const body = { reason: 'See whether the rash has gone', start };
    return {
      id: made(await doctor.client.post(`/api/appointments/${this.records.visit}/follow-up/`, body)).proposed
        .id,
    };
  }

  /** The address of the patient's calendar, as one reads it who was given it. */
  async calendar(): Promise<Params> {
    const { url } = made(await this.people.patient.client.post('/api/calendar/feed/'));
    return { token: url.split('/').at(-2) };
  }

  /** The beginning of a doctor's next free slot. */
  async slot(doctorId: string): Promise<string> {
    return (await freeSlots(this.people.admin.client, doctorId))[0]?.start ?? '';
  }

  /** A notification of the patient's. */
  async notification(): Promise<Params> {
    const { admin, patient } = this.people;
    const answer = await admin.client.post('/api/notifications/', { user_id: patient.userId, ...WORDS });
    return { id: made(answer).id };
  }

  /** A document that the patient has announced; its bytes are at the storage. */
  async announced(): Promise<{ id: string; file: string }> {
    const { id, file_id } = await announce(this.people.patient.client);
    return { id, file: file_id };
  }

  /** Another login of the patient's. @returns its session */
  async session(): Promise<Params> {
    const { client, email } = this.people.patient;
    made(await this.app.client().post('/api/auth/login/', { email, password: PASSWORD }));
    const { items } = made(await client.get('/api/auth/sessions/'));
    return { id: items.find(({ current }: { current: boolean }) => !current).id };
  }

  /** A rule that is in force. */
  async commissionRule(): Promise<Params> {
    return { id: made(await this.people.admin.client.post('/api/payments/commission-rules/', RULE)).id };
  }

  /** Somebody in the patient's care who is of age. */
  async adult(guardian = this.people.patient): Promise<{ id: string }> {
    const adult = { ...CHILD, date_of_birth: '2000-02-29' };
    return { id: made(await guardian.client.post('/api/patients/dependants/', adult)).id };
  }

  /** Such a person, to whom the patient has offered the chart. */
  async offered(): Promise<Params> {
    const { id } = await this.adult();
    const offer = { email: 'grown-up@example.test' };
    made(await this.people.patient.client.post(`/api/patients/dependants/${id}/handover/`, offer));
    return { id };
  }

  /** A chart that the third patient offers to the patient. */
  async handover(): Promise<Params> {
    const { patient, thirdPatient } = this.people;
    await this.app.sql('update users set email_verified_at = now() where id = $1', [patient.userId]);
    const { id } = await this.adult(thirdPatient);
    const offer = { email: patient.email };
    return {
      id: made(await thirdPatient.client.post(`/api/patients/dependants/${id}/handover/`, offer)).id,
    };
  }

  /** Who the patient is at another issuer, as a login by way of it would have linked it. */
  async identity(): Promise<Params> {
    const id = newId();
    await this.app.sql(
      'insert into identities (id, issuer, subject, user_id, created_at) values ($1, $2, $3, $4, now())',
      [id, 'https://pool.example.test', id, this.people.patient.userId],
    );
    return { id };
  }

  /** Somebody's account that nothing hangs on. */
  async account(): Promise<Params> {
    return { id: (await register(this.app)).userId };
  }
}

export const WORDS = { title: 'Opening hours', body: 'We are closed on Friday.' };

/** Far away, so that it changes nothing of what is paid here. */
export const RULE = {
  percent: 12,
  minimum: { amount: 100, currency: 'USD' },
  valid_from: '2999-01-01T00:00:00Z',
  reason: 'As agreed',
};

export const CHILD = {
  first_name: 'Cleo',
  last_name: 'Person',
  date_of_birth: '2020-02-29',
  relationship: 'child',
};

export const LETTER = {
  kind: 'referral',
  title: 'Letter',
  content_type: 'application/pdf',
  size_bytes: PDF.length,
};

export const PASSPORT = {
  document_type: 'passport',
  country: 'FR',
  files: [{ side: 'front', content_type: 'image/jpeg', size_bytes: JPEG.length }],
};

const inFiveDays = () => Temporal.Now.plainDateISO('UTC').add({ days: 5 }).toString();

async function chartOf(app: TestApp, { userId }: Person): Promise<string> {
  const actor = { userId, roles: ['patient'] as const, requestId: newId() };
  const patients = app.nest.get(PatientsService, { strict: false });
  await patients.updatePersonal(actor, { dateOfBirth: '1980-02-29' });
  const [row] = await app.sql<{ id: string }>('select id from patients where user_id = $1', [userId]);
  if (!row) throw new Error(`No chart of ${userId}.`);
  return row.id;
}

async function paidOut(app: TestApp, { admin, doctor }: People, approver: Person): Promise<string> {
  const generated = await admin.client.post('/api/payments/payouts/generate/', {
    doctor_id: doctor.doctorId,
    month: MONTH,
  });
  const { id } = made(generated).payouts[0].payout;
  made(await approver.client.put(`/api/payments/payouts/${id}/`, { status: 'approved' }));
  await settled(app);
  return id;
}

/** What the books have of a payment, and a rule. */
async function books({ client }: Person, transaction: string) {
  made(await client.get(`/api/payments/transactions/${transaction}/receipt/`));
  const receipts = made(await client.get(`/api/payments/invoices/?transaction_id=${transaction}`));
  const accounts = made(await client.get('/api/payments/ledger/accounts/'));
  const rule = made(await client.post('/api/payments/commission-rules/', RULE));
  return { invoice: receipts.items[0].id, ledgerAccount: accounts.items[0].id, commissionRule: rule.id };
}

async function announce(client: Client): Promise<{ id: string; file_id: string }> {
  const announced = made(await client.post('/api/emr/documents/', LETTER));
  await putBytes(announced.upload, PDF);
  return announced;
}

/** What the doctor wrote about the visit, and the patient added. */
async function chart(app: TestApp, { patient, doctor }: People, visit: string, patientId: string) {
  const encounter = made(
    await doctor.client.post('/api/emr/encounters/', {
      appointment_id: visit,
      assessment: 'Viral infection',
    }),
  );
  made(await doctor.client.put(`/api/emr/encounters/${encounter.id}/`, { status: 'finalized' }));
  const prescription = made(
    await doctor.client.post('/api/emr/prescriptions/', {
      appointment_id: visit,
      items: [MEDICINE],
      status: 'issued',
    }),
  );
  const vitals = made(await patient.client.post('/api/emr/vitals/', { patient_id: 'me', heart_rate: 70 }));
  const { id, file_id } = await announce(patient.client);
  made(await patient.client.post(`/api/files/${file_id}/complete/`));
  made(await patient.client.post(`/api/emr/summary/${patientId}/pdf/`));
  await app.drained();
  return {
    encounter: encounter.id,
    prescription: prescription.id,
    verificationCode: prescription.verification_code,
    vitals: vitals.id,
    document: id,
    file: file_id,
  };
}

/** The third patient takes the one slot of a day that the patient then waits for. */
async function waitFor({ doctor, patient, thirdPatient }: People): Promise<string> {
  const start = `${inFiveDays()}T10:00:00Z`;
  made(await thirdPatient.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start }));
  return made(await patient.client.post('/api/appointments/waitlist/', waitingFor(doctor))).id;
}

/** The day on which the doctor's one slot that fits is taken. */
export const waitingFor = ({ doctorId }: DoctorPerson) => ({
  doctor_id: doctorId,
  from_date: inFiveDays(),
  to_date: inFiveDays(),
  earliest_time: '10:00',
  latest_time: '10:30',
});

/** Papers that wait for a decision. */
async function papersOf(client: Client): Promise<string> {
  const { id, uploads } = made(await client.post('/api/auth/verify/identity/', PASSPORT));
  for (const { upload } of uploads) {
    await putBytes(upload, JPEG);
    made(await client.post(`/api/files/${upload.file_id}/complete/`));
  }
  const submitted = async () => made(await client.get('/api/auth/verify/identity/')).status === 'submitted';
  await eventually(submitted, 'the papers are submitted');
  return id;
}
