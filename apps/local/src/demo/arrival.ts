import { LICENCE_SCAN } from '../licence-scan.ts';
import type { Data } from './caller.ts';
import { ADMIN_EMAIL, NEWCOMER_PASSWORD, PASSWORD } from './cast.ts';
import type { Stage } from './stage.ts';

export const ZONE = 'Europe/Madrid';
export const SLOT_MINUTES = 10;
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** Patient and doctor register, the doctor is approved and sets hours. Gives the doctor's profile. */
export async function arrival({ screen, cast }: Stage): Promise<{ id: string; name: string }> {
  const { patient, doctor, admin } = cast;
  screen.step('A patient and a doctor register; an administrator approves; the doctor sets hours');
  await patient.enter('/api/auth/register/', {
    email: cast.patientEmail,
    password: NEWCOMER_PASSWORD,
    first_name: 'Leela',
    last_name: 'Menon',
    role: 'patient',
    time_zone: 'Asia/Kolkata',
  });
  await doctor.enter('/api/auth/register/', {
    email: cast.doctorEmail,
    password: NEWCOMER_PASSWORD,
    first_name: 'Elena',
    last_name: 'Marín',
    role: 'doctor',
    time_zone: ZONE,
  });
  const profile = await doctor.post('/api/doctors/register/', profileOf(cast.run), {
    show: ({ id, name, consultation_fee, kyc }) => ({ id, name, consultation_fee, kyc: kyc.status }),
  });
  await sendLicence(doctor, cast.run);
  await admin.enter('/api/auth/login/', { email: ADMIN_EMAIL, password: PASSWORD });
  await admin.post(
    '/api/doctors/kyc/update/',
    { doctor_id: profile.id, status: 'approved' },
    { show: kycOf },
  );
  await setHours(doctor, screen);
  return { id: profile.id, name: profile.name };
}

async function sendLicence(doctor: Stage['cast']['doctor'], run: string): Promise<void> {
  const { submissions } = await doctor.post('/api/doctors/kyc/update/', licenceOf(run), { show: kycOf });
  const [{ id, upload }] = submissions[0].documents;
  await doctor.upload(upload, LICENCE_SCAN);
  await doctor.post(`/api/files/${id}/complete/`, {}, { show: ({ status }) => ({ status }) });
  await doctor.until('/api/doctors/me/kyc/', {
    what: 'the scan is checked',
    isMet: ({ status }) => status === 'submitted',
    show: kycOf,
  });
}

async function setHours(doctor: Stage['cast']['doctor'], screen: Stage['screen']): Promise<void> {
  const today = Temporal.Now.plainDateISO(ZONE);
  const dayOff = today.add({ days: 3 });
  for (const day_of_week of WEEKDAYS) {
    const hours = {
      day_of_week,
      start_time: '08:00',
      end_time: '20:00',
      breaks: [{ start_time: '13:00', end_time: '14:00' }],
    };
    // One of them is enough to see.
    await doctor.post('/api/doctors/availability/', hours, { quiet: day_of_week > 1, show: hoursOf });
  }
  screen.note('… and the same for the other days');
  await doctor.post(
    '/api/doctors/availability/',
    { type: 'off', date: dayOff.toString() },
    { show: hoursOf },
  );
}

const kycOf = ({ doctor_id, status }: Data) => ({ doctor_id, status });

const hoursOf = ({ type, day_of_week, date, start_time, end_time, breaks, time_zone }: Data) => ({
  type,
  ...(date ? { date } : { day_of_week, start_time, end_time, breaks }),
  time_zone,
});

function profileOf(run: string) {
  return {
    name: `Dr. Elena Marín ${run}`,
    gender: 'female',
    bio: 'General practice in Madrid, by video.',
    qualifications: ['Licenciada en Medicina', 'MFyC'],
    specialties: ['general practice'],
    languages: ['es', 'en'],
    years_of_experience: 12,
    consultation_fee: { amount: 4_500, currency: 'EUR' },
    time_zone: ZONE,
    slot_minutes: SLOT_MINUTES,
    minimum_notice_minutes: 0,
    practice: {
      name: 'Consulta Marín',
      country: 'ES',
      address: 'Calle de Fuencarral 44\n28004 Madrid',
      phone: '+34910000044',
    },
  };
}

function licenceOf(run: string) {
  return {
    license_number: `28-${run}`,
    license_country: 'ES',
    license_expiry: Temporal.Now.plainDateISO('UTC').add({ years: 2 }).toString(),
    documents: [{ kind: 'licence', content_type: 'image/png', size_bytes: LICENCE_SCAN.length }],
  };
}
