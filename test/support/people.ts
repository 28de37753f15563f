import type { TestServer } from './app.ts';
import type { Client } from './client.ts';
import { eventually } from './eventually.ts';
import { PDF, putBytes } from './uploading.ts';

export const PASSWORD = 'correct horse battery';

/** Somebody with an account: a client that is logged in as them, and what the tests need to know of them. */
export interface Person {
  readonly client: Client;
  readonly userId: string;
  readonly email: string;
}

export interface DoctorPerson extends Person {
  readonly doctorId: string;
}

let count = 0;

export async function register(
  app: TestServer,
  role: 'patient' | 'doctor' = 'patient',
  fields: Record<string, unknown> = {},
): Promise<Person> {
  count += 1;
  const email = `${role}${count}@example.test`;
  const answer = await app.client().post('/api/auth/register/', {
    email,
    password: PASSWORD,
    first_name: role === 'doctor' ? 'Dora' : 'Paul',
    last_name: `Person${count}`,
    role,
    ...fields,
  });
  if (answer.status !== 201) throw new Error(`Registration failed: ${JSON.stringify(answer.body)}`);
  const { access_token, user } = answer.body.data;
  return { client: app.client().as(access_token), userId: user.id, email };
}

/** Nobody can register as an administrator: the role comes from the database. */
export async function registerAdmin(app: TestServer): Promise<Person> {
  const person = await register(app);
  await app.sql(`update users set roles = '{admin}' where id = $1`, [person.userId]);
  return person;
}

/** A doctor who is approved and works every day from 00:00 to 24:00 UTC, in slots of 30 minutes. */
export async function registerDoctor(
  app: TestServer,
  admin: Person,
  profile: Record<string, unknown> = {},
): Promise<DoctorPerson> {
  const person = await register(app, 'doctor');
  const registered = await person.client.post('/api/doctors/register/', { ...DOCTOR_PROFILE, ...profile });
  if (registered.status !== 201) throw new Error(`No doctor: ${JSON.stringify(registered.body)}`);
  const doctorId: string = registered.body.data.id;
  // The check of the scan is a job: the hours need not wait for it.
  await Promise.all([sendLicence(person), openAllHours(person)]);
  await admin.client.post('/api/doctors/kyc/update/', { doctor_id: doctorId, status: 'approved' });
  return { ...person, doctorId };
}

/** The people of most stories. */
export interface Cast {
  readonly admin: Person;
  readonly doctor: DoctorPerson;
  readonly patient: Person;
}

/** An administrator, a doctor whom they have approved, and a patient; what is special about the last two, if anything. */
export async function cast(
  app: TestServer,
  special: { readonly doctor?: Record<string, unknown>; readonly patient?: Record<string, unknown> } = {},
): Promise<Cast> {
  const admin = await registerAdmin(app);
  const doctor = await registerDoctor(app, admin, special.doctor);
  return { admin, doctor, patient: await register(app, 'patient', special.patient) };
}

async function openAllHours({ client }: Person): Promise<void> {
  for (const day_of_week of [1, 2, 3, 4, 5, 6, 7]) {
    const rule = await client.post('/api/doctors/availability/', {
      type: 'weekly',
      day_of_week,
      start_time: '00:00',
      end_time: '24:00',
      time_zone: 'UTC',
    });
    if (rule.status !== 201) throw new Error(`No availability: ${JSON.stringify(rule.body)}`);
  }
}

/** Sends a doctor's licence in, with its scan, and waits until it is submitted. @returns the submission's id */
export async function sendLicence(
  { client }: Person,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const sent = await client.post('/api/doctors/kyc/update/', { ...LICENSE, ...changes });
  if (sent.status !== 200) throw new Error(`No licence: ${JSON.stringify(sent.body)}`);
  const [{ id, documents }] = sent.body.data.submissions;
  for (const { id: fileId, upload } of documents) {
    await putBytes(upload, PDF);
    await client.post(`/api/files/${fileId}/complete/`);
  }
  const submitted = async () => {
    const { submissions } = (await client.get('/api/doctors/me/kyc/')).body.data;
    return submissions[0].status !== 'awaiting_documents';
  };
  await eventually(submitted, 'the licence is submitted');
  return id;
}

export const DOCTOR_PROFILE = {
  name: 'Dr. Dora Person',
  gender: 'female',
  bio: 'Listens first.',
  qualifications: ['MBBS', 'MD'],
  specialties: ['general practice'],
  languages: ['en'],
  years_of_experience: 12,
  consultation_fee: { amount: 5000, currency: 'EUR' },
  time_zone: 'UTC',
  slot_minutes: 30,
  minimum_notice_minutes: 0,
  practice: {
    name: 'Person Practice',
    country: 'FR',
    address: '1 rue de la Paix, Paris',
    phone: '+33123456789',
  },
};

export const LICENSE = {
  license_number: 'RPPS-10001',
  license_country: 'FR',
  license_expiry: '2099-12-31',
  documents: [{ kind: 'licence', content_type: 'application/pdf', size_bytes: PDF.length }],
};

/** The free slots of a doctor in the coming days, soonest first. */
export async function freeSlots(client: Client, doctorId: string): Promise<{ start: string; end: string }[]> {
  const answer = await client.get(`/api/doctors/${doctorId}/availability/`);
  if (answer.status !== 200) throw new Error(`No slots: ${JSON.stringify(answer.body)}`);
  return answer.body.data.slots;
}

/** Books the doctor's `index`-th free slot for the patient; the visit is held. */
export async function book(
  patient: Person,
  doctorId: string,
  index = 0,
): Promise<{ id: string; start: string }> {
  const slot = (await freeSlots(patient.client, doctorId))[index];
  const answer = await patient.client.post('/api/appointments/', {
    doctor_id: doctorId,
    start: slot?.start,
    reason: 'A cough that stays',
  });
  if (answer.status !== 201) throw new Error(`No booking: ${JSON.stringify(answer.body)}`);
  return { id: answer.body.data.id, start: answer.body.data.start };
}
