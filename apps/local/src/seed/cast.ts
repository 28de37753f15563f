import type { DoctorProfile } from '#doctors';
import type { HistoryContent, Measurements } from '#emr';
import type { NewPractice } from '#organizations';
import type { PatientDetails } from '#patients';

// Who is in the demo. Nobody here exists.

export const PASSWORD = 'televisit-demo';

/** The doctor and the patient of the visit that can be joined now. */
export const DOCTOR_NOW = 'dr.rao';
export const PATIENT_NOW = 'patient';

/** The address of somebody in the cast. */
export function emailOf(key: string): string {
  return `${key}@televisit.test`;
}

interface Person {
  /** What stands before the `@` of their address. */
  readonly key: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface CastDoctor extends Person {
  readonly profile: DoctorProfile;
  readonly practice: Omit<NewPractice, 'timeZone'>;
  readonly licence: string;
  readonly kyc: 'approved' | 'submitted' | { readonly rejected: string };
  readonly hours: {
    /** ISO: Monday is 1. The days that are missing are days off. */
    readonly weekdays: readonly number[];
    readonly from: string;
    readonly to: string;
    readonly break: readonly [from: string, to: string];
    /** A day away, in days from today. */
    readonly away?: number;
  };
}

export interface CastPatient extends Person, Pick<PatientDetails, 'dateOfBirth' | 'sex'> {
  readonly timeZone: string;
  readonly history?: Partial<HistoryContent>;
  /** What they measured themselves. */
  readonly atHome?: Measurements;
}

export const ADMIN: Person = { key: 'admin', firstName: 'Ada', lastName: 'Admin' };

export const DOCTORS: readonly CastDoctor[] = [
  {
    key: 'dr.rao',
    firstName: 'Asha',
    lastName: 'Rao',
    profile: {
      name: 'Dr. Asha Rao',
      gender: 'female',
      bio: 'Family doctor in Bengaluru. Coughs, fevers, blood pressure, diabetes, and the questions in between.',
      qualifications: ['MBBS', 'MD (General Medicine)'],
      specialties: ['general practice', 'internal medicine'],
      languages: ['en', 'hi', 'kn'],
      yearsOfExperience: 14,
      fee: { amount: 80_000, currency: 'INR' },
      timeZone: 'Asia/Kolkata',
      slotMinutes: 30,
      minimumNoticeMinutes: 60,
    },
    practice: {
      name: 'Rao Family Clinic',
      country: 'IN',
      address: '14, 3rd Cross, Indiranagar\nBengaluru 560038',
      phone: '+918041234567',
      email: 'clinic@rao.televisit.test',
    },
    licence: 'KMC-48213',
    kyc: 'approved',
    hours: { weekdays: [1, 2, 4, 5, 6], from: '09:00', to: '17:30', break: ['13:00', '14:00'] },
  },
  {
    key: 'dr.moreau',
    firstName: 'Camille',
    lastName: 'Moreau',
    profile: {
      name: 'Dr Camille Moreau',
      gender: 'female',
      bio: 'Dermatologue à Lyon. Acné, eczéma, grains de beauté : une bonne photo vaut souvent un déplacement.',
      qualifications: ['Docteur en médecine', 'DES Dermatologie et vénéréologie'],
      specialties: ['dermatology'],
      languages: ['fr', 'en'],
      yearsOfExperience: 11,
      fee: { amount: 5_500, currency: 'EUR' },
      timeZone: 'Europe/Paris',
      slotMinutes: 20,
      minimumNoticeMinutes: 120,
    },
    practice: {
      name: 'Cabinet Moreau',
      country: 'FR',
      address: '22 rue de la République\n69002 Lyon',
      phone: '+33472000011',
      email: 'cabinet@moreau.televisit.test',
    },
    licence: '10101234567',
    kyc: 'approved',
    hours: { weekdays: [1, 2, 4, 5], from: '09:00', to: '18:00', break: ['12:30', '14:00'], away: 8 },
  },
  {
    key: 'dr.chen',
    firstName: 'Wei',
    lastName: 'Chen',
    profile: {
      name: 'Dr. Wei Chen',
      gender: 'male',
      bio: 'Psychiatrist in New York. Sleep, worry, low mood, and medication that you understand before you take it.',
      qualifications: ['MD', 'Board certified in Psychiatry'],
      specialties: ['psychiatry'],
      languages: ['en', 'zh'],
      yearsOfExperience: 19,
      fee: { amount: 18_000, currency: 'USD' },
      timeZone: 'America/New_York',
      slotMinutes: 45,
      bufferMinutes: 15,
      minimumNoticeMinutes: 240,
    },
    practice: {
      name: 'Chen Psychiatry PLLC',
      country: 'US',
      address: '310 Lexington Avenue, Suite 802\nNew York, NY 10016',
      phone: '+12125550142',
      email: 'office@chen.televisit.test',
    },
    licence: 'NY-271828',
    kyc: 'approved',
    hours: { weekdays: [1, 2, 3, 4], from: '10:00', to: '18:00', break: ['13:00', '14:00'], away: 6 },
  },
  {
    key: 'dr.okafor',
    firstName: 'Chidi',
    lastName: 'Okafor',
    profile: {
      name: 'Dr Chidi Okafor',
      gender: 'male',
      bio: 'Paediatrician in London. Bring the child, the thermometer and the list of questions.',
      qualifications: ['MBBS', 'MRCPCH'],
      specialties: ['paediatrics'],
      languages: ['en', 'ig'],
      yearsOfExperience: 9,
      fee: { amount: 6_000, currency: 'GBP' },
      timeZone: 'Europe/London',
      slotMinutes: 20,
    },
    practice: {
      name: 'Okafor Children’s Clinic',
      country: 'GB',
      address: '5 Camden Passage\nLondon N1 8EA',
      phone: '+442079460018',
    },
    licence: 'GMC 7654321',
    kyc: 'approved',
    hours: { weekdays: [1, 3, 4, 5], from: '08:30', to: '16:30', break: ['12:00', '12:40'] },
  },
  {
    key: 'dr.tanaka',
    firstName: 'Yuki',
    lastName: 'Tanaka',
    profile: {
      name: 'Dr. Yuki Tanaka',
      gender: 'female',
      bio: 'Cardiologist in Osaka. Reads your home blood pressure diary before the visit.',
      qualifications: ['MD', 'PhD'],
      specialties: ['cardiology'],
      languages: ['ja', 'en'],
      yearsOfExperience: 22,
      fee: { amount: 9_000, currency: 'JPY' },
      timeZone: 'Asia/Tokyo',
      slotMinutes: 30,
    },
    practice: {
      name: 'Tanaka Heart Clinic',
      country: 'JP',
      address: '2-4-9 Umeda, Kita-ku\nOsaka 530-0001',
      phone: '+81664000001',
    },
    licence: '498211',
    kyc: 'approved',
    hours: { weekdays: [1, 2, 3, 5, 6], from: '09:00', to: '17:00', break: ['12:00', '13:30'] },
  },
  {
    key: 'dr.haddad',
    firstName: 'Samir',
    lastName: 'Haddad',
    profile: {
      name: 'Dr. Samir Haddad',
      gender: 'male',
      bio: 'Endocrinologist in Kuwait City. Diabetes, thyroid, and targets that fit a real week.',
      qualifications: ['MB BCh', 'FRCP'],
      specialties: ['endocrinology'],
      languages: ['ar', 'en'],
      yearsOfExperience: 16,
      fee: { amount: 25_000, currency: 'KWD' },
      timeZone: 'Asia/Kuwait',
      slotMinutes: 30,
    },
    practice: {
      name: 'Gulf Endocrine Centre',
      country: 'KW',
      address: 'Salem Al Mubarak Street\nSalmiya',
      phone: '+96522220033',
    },
    licence: 'MOH-33817',
    kyc: 'approved',
    hours: { weekdays: [7, 1, 2, 3], from: '10:00', to: '18:00', break: ['14:00', '15:00'] },
  },
  {
    key: 'dr.silva',
    firstName: 'Inês',
    lastName: 'Silva',
    profile: {
      name: 'Dr.ª Inês Silva',
      gender: 'female',
      bio: 'Neurologist in Porto. Headache, dizziness, numbness.',
      qualifications: ['MD'],
      specialties: ['neurology'],
      languages: ['pt', 'es', 'en'],
      yearsOfExperience: 7,
      fee: { amount: 7_000, currency: 'EUR' },
      timeZone: 'Europe/Lisbon',
    },
    practice: { name: 'Clínica Silva', country: 'PT', address: 'Rua de Cedofeita 120\n4050-122 Porto' },
    licence: 'OM 61842',
    kyc: 'submitted',
    hours: { weekdays: [1, 2, 3, 4, 5], from: '09:00', to: '13:00', break: ['11:00', '11:30'] },
  },
  {
    key: 'dr.novak',
    firstName: 'Petr',
    lastName: 'Novák',
    profile: {
      name: 'MUDr. Petr Novák',
      gender: 'male',
      bio: 'Orthopaedist in Brno. Knees, backs, and what to do before an operation.',
      qualifications: ['MUDr.'],
      specialties: ['orthopaedics'],
      languages: ['cs', 'de'],
      yearsOfExperience: 28,
      fee: { amount: 4_500, currency: 'EUR' },
      timeZone: 'Europe/Prague',
    },
    practice: { name: 'Ortopedie Novák', country: 'CZ', address: 'Veveří 9\n602 00 Brno' },
    licence: 'ČLK 1180034',
    kyc: { rejected: 'The scan of the licence cannot be read. Please send it again.' },
    hours: { weekdays: [2, 4], from: '08:00', to: '14:00', break: ['11:00', '11:30'] },
  },
];

export const PATIENTS: readonly CastPatient[] = [
  {
    key: 'patient',
    firstName: 'Maya',
    lastName: 'Iyer',
    timeZone: 'Asia/Kolkata',
    dateOfBirth: '1991-04-17',
    sex: 'female',
    history: {
      allergies: [{ substance: 'Penicillin', reaction: 'rash', severity: 'moderate' }],
      conditions: [{ name: 'Asthma', since: '2009', active: true }],
      medications: [{ name: 'Salbutamol inhaler', dose: '100 mcg', frequency: 'when needed' }],
      surgeries: [],
      family: [{ relation: 'mother', condition: 'Type 2 diabetes' }],
      social: 'Does not smoke. Teaches at a primary school.',
    },
    atHome: { systolic: 118, diastolic: 76, heartRate: 72, weight: 58.5, height: 164 },
  },
  {
    key: 'lucas.bernard',
    firstName: 'Lucas',
    lastName: 'Bernard',
    timeZone: 'Europe/Paris',
    dateOfBirth: '2003-09-02',
    sex: 'male',
    history: { allergies: [], conditions: [], medications: [] },
  },
  {
    key: 'grace.kim',
    firstName: 'Grace',
    lastName: 'Kim',
    timeZone: 'America/New_York',
    dateOfBirth: '1986-12-11',
    sex: 'female',
    history: { allergies: null, conditions: [{ name: 'Migraine', since: '2015', active: true }] },
  },
  {
    key: 'tom.hughes',
    firstName: 'Tom',
    lastName: 'Hughes',
    timeZone: 'Europe/London',
    dateOfBirth: '2019-06-23',
    sex: 'male',
    history: {
      allergies: [{ substance: 'Peanut', reaction: 'hives', severity: 'severe' }],
      social: 'His mother, Ella Hughes, comes along.',
    },
    atHome: { weight: 23.4, height: 121, temperature: 38.2 },
  },
  {
    key: 'kenji.mori',
    firstName: 'Kenji',
    lastName: 'Mori',
    timeZone: 'Asia/Tokyo',
    dateOfBirth: '1958-01-30',
    sex: 'male',
    history: {
      allergies: [],
      conditions: [{ name: 'Hypertension', since: '2012-05', active: true }],
      medications: [{ name: 'Amlodipine', dose: '5 mg', frequency: 'once a day' }],
      family: [{ relation: 'father', condition: 'Stroke at 70' }],
    },
    atHome: { systolic: 149, diastolic: 91, heartRate: 78, weight: 71 },
  },
  {
    key: 'noura.salem',
    firstName: 'Noura',
    lastName: 'Salem',
    timeZone: 'Asia/Kuwait',
    dateOfBirth: '1979-08-08',
    sex: 'female',
    history: {
      allergies: [{ substance: 'Sulfonamides', reaction: null, severity: null }],
      conditions: [{ name: 'Type 2 diabetes', since: '2020', active: true }],
    },
    atHome: { bloodGlucose: 168, weight: 81.2, height: 160 },
  },
];
