import { z } from 'zod';
import type { FoundDoctor } from '#appointments';
import { type Doctor, rating } from '#doctors';
import { CURRENCIES } from '#kernel';
import {
  Country,
  Instant,
  iso,
  isoOrNull,
  Language,
  MoneyField,
  Phone,
  present,
  RequiredText,
  Text,
  Timestamp,
  TimeZone,
} from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

const Gender = z.enum(['female', 'male', 'other']);
const Specialty = RequiredText(80).toLowerCase();

const profile = {
  name: RequiredText(120).describe('As patients see it, for example Dr. Asha Rao.'),
  gender: Gender.nullable(),
  bio: Text(4000),
  qualifications: z.array(RequiredText(80)).max(20),
  specialties: z.array(Specialty).min(1).max(10),
  languages: z.array(Language).min(1).max(10),
  years_of_experience: z.int().min(0).max(80).nullable(),
  consultation_fee: MoneyField.refine(({ amount }) => amount >= 0, { error: 'Must not be negative.' }),
  time_zone: TimeZone,
  slot_minutes: z.int().min(5).max(240),
  buffer_minutes: z.int().min(0).max(120),
  minimum_notice_minutes: z.int().min(0).max(43_200),
  booking_horizon_days: z.int().min(1).max(365),
  daily_limit: z
    .int()
    .min(1)
    .max(200)
    .nullable()
    .describe('How many visits a day takes, by the calendar of `time_zone`; null for as many as fit.'),
  accepting_patients: z.boolean(),
};

const Profile = z.object(profile).partial();

function toProfile(body: z.output<typeof Profile>) {
  return present({
    name: body.name,
    gender: body.gender,
    bio: body.bio,
    qualifications: body.qualifications,
    specialties: body.specialties,
    languages: body.languages,
    yearsOfExperience: body.years_of_experience,
    fee: body.consultation_fee,
    timeZone: body.time_zone,
    slotMinutes: body.slot_minutes,
    bufferMinutes: body.buffer_minutes,
    minimumNoticeMinutes: body.minimum_notice_minutes,
    bookingHorizonDays: body.booking_horizon_days,
    dailyLimit: body.daily_limit,
    acceptingPatients: body.accepting_patients,
  });
}

export const RegisterDoctor = Profile.extend({
  name: profile.name,
  specialties: profile.specialties,
  languages: profile.languages,
  consultation_fee: profile.consultation_fee,
  time_zone: profile.time_zone,
  practice: z
    .object({
      name: RequiredText(200),
      country: Country,
      address: Text(500).optional(),
      phone: Phone.optional(),
      email: z.email().max(254).optional(),
    })
    .describe('The practice that the doctor works in, as the head of a prescription shows it.'),
}).transform(({ practice, ...body }) => ({
  profile: {
    ...toProfile(body),
    name: body.name,
    specialties: body.specialties,
    languages: body.languages,
    fee: body.consultation_fee,
    timeZone: body.time_zone,
  },
  practice: { ...practice, timeZone: body.time_zone },
}));

export const UpdateDoctor = Profile.transform(toProfile);

export const SearchDoctors = listQuery(
  {
    name: 'name',
    consultation_fee: 'fee',
    rating: 'rating',
    years_of_experience: 'experience',
    created_at: 'createdAt',
    next_slot: 'nextSlot',
  },
  {
    specialty: Text(80).optional(),
    language: Language.optional(),
    gender: Gender.optional(),
    country: Country.optional().describe('Where the doctor is licensed (ISO 3166-1).'),
    currency: z.enum(CURRENCIES).optional(),
    fee_min: z.coerce.number().int().min(0).optional().describe('Minor units.'),
    fee_max: z.coerce.number().int().min(0).optional().describe('Minor units.'),
    rating_min: z.coerce.number().min(1).max(5).optional(),
    available_after: Instant.optional().describe('Only doctors with a free slot at or after this time.'),
    available_before: Instant.optional().describe('Only doctors with a free slot before this time.'),
  },
);

const SubmitKyc = z
  .object({
    license_number: RequiredText(80),
    license_country: Country,
    license_expiry: z.iso.date().describe('The last day on which the licence is valid.'),
    documents: z
      .array(
        z.object({
          kind: z.enum(['licence', 'identity', 'degree', 'insurance']),
          reference: RequiredText(500),
        }),
      )
      .max(10)
      .default([]),
  })
  .transform(({ license_number, license_country, license_expiry, documents }) => ({
    licenseNumber: license_number,
    licenseCountry: license_country,
    licenseExpiresOn: license_expiry,
    documents,
  }));

const DecideKyc = z
  .discriminatedUnion('status', [
    z.object({ doctor_id: z.uuid(), status: z.literal('approved') }),
    z.object({ doctor_id: z.uuid(), status: z.literal('rejected'), reason: RequiredText(1000) }),
  ])
  .transform(({ doctor_id, ...decision }) => ({ doctorId: doctor_id, ...decision }));

/** One route for two people: the doctor sends a licence, an administrator decides on it. */
export const UpdateKyc = z.union([DecideKyc, SubmitKyc]);

const Slot = z.object({ start: Timestamp, end: Timestamp });

export const DoctorAnswer = z
  .object({
    id: z.uuid(),
    name: z.string(),
    gender: Gender.nullable(),
    bio: z.string(),
    qualifications: z.array(z.string()),
    specialties: z.array(z.string()),
    languages: z.array(z.string()),
    years_of_experience: z.int().nullable(),
    consultation_fee: MoneyField,
    time_zone: z.string(),
    slot_minutes: z.int(),
    license_country: z.string().nullable(),
    accepting_patients: z.boolean(),
    rating: z.number().nullable().describe('Mean of all reviews, to one decimal.'),
    rating_count: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Doctor' });

export const FoundDoctorAnswer = DoctorAnswer.extend({
  next_slot: Slot.nullable().describe('The next slot that can be booked.'),
}).meta({ id: 'FoundDoctor' });

export const OwnDoctorAnswer = DoctorAnswer.extend({
  buffer_minutes: z.int(),
  minimum_notice_minutes: z.int(),
  booking_horizon_days: z.int(),
  daily_limit: z.int().nullable(),
  kyc: z.object({
    status: z.enum(['unsubmitted', 'submitted', 'approved', 'rejected', 'expired']),
    license_number: z.string().nullable(),
    license_country: z.string().nullable(),
    license_expiry: z.iso.date().nullable(),
    documents: z.array(z.object({ kind: z.string(), reference: z.string() })),
    submitted_at: Timestamp.nullable(),
    reviewed_at: Timestamp.nullable(),
    rejection_reason: z.string().nullable(),
  }),
}).meta({ id: 'OwnDoctor' });

export function toDoctor(doctor: Doctor): z.infer<typeof DoctorAnswer> {
  return {
    id: doctor.id,
    name: doctor.name,
    gender: doctor.gender,
    bio: doctor.bio,
    qualifications: doctor.qualifications,
    specialties: doctor.specialties,
    languages: doctor.languages,
    years_of_experience: doctor.yearsOfExperience,
    consultation_fee: doctor.fee,
    time_zone: doctor.timeZone,
    slot_minutes: doctor.slotMinutes,
    license_country: doctor.licenseCountry,
    accepting_patients: doctor.acceptingPatients,
    rating: rating(doctor),
    rating_count: doctor.ratingCount,
    created_at: iso(doctor.createdAt),
    updated_at: iso(doctor.updatedAt),
  };
}

export function toFoundDoctor({ doctor, nextSlot }: FoundDoctor): z.infer<typeof FoundDoctorAnswer> {
  return {
    ...toDoctor(doctor),
    next_slot: nextSlot && { start: iso(nextSlot.start), end: iso(nextSlot.end) },
  };
}

export function toOwnDoctor(doctor: Doctor): z.infer<typeof OwnDoctorAnswer> {
  return {
    ...toDoctor(doctor),
    buffer_minutes: doctor.bufferMinutes,
    minimum_notice_minutes: doctor.minimumNoticeMinutes,
    booking_horizon_days: doctor.bookingHorizonDays,
    daily_limit: doctor.dailyLimit,
    kyc: {
      status: doctor.kycStatus,
      license_number: doctor.licenseNumber,
      license_country: doctor.licenseCountry,
      license_expiry: doctor.licenseExpiresOn,
      documents: [...doctor.kycDocuments],
      submitted_at: isoOrNull(doctor.kycSubmittedAt),
      reviewed_at: isoOrNull(doctor.kycReviewedAt),
      rejection_reason: doctor.kycRejectionReason,
    },
  };
}
