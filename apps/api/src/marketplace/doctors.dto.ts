import { z } from 'zod';
import type { DoctorFilter, FoundDoctor } from '#appointments';
import { CANCELLATION_BOUNDS, CANCELLATION_POLICY, type CancellationPolicy, type Doctor } from '#doctors';
import { CURRENCIES } from '#kernel';
import {
  Country,
  Instant,
  iso,
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
export const KycStatus = z
  .enum(['unsubmitted', 'submitted', 'approved', 'rejected', 'expired', 'revoked', 'suspended'])
  .describe('`suspended` while the account is shut.');
const Specialty = RequiredText(80).toLowerCase();

const within = ({ from, to }: { readonly from: number; readonly to: number }) => z.int().min(from).max(to);

const Policy = z
  .object({
    free_until_hours: within(CANCELLATION_BOUNDS.freeUntilHours).describe(
      'Who cancels at least so many hours before the start gets everything back.',
    ),
    partial_refund_percent: within(CANCELLATION_BOUNDS.partialRefundPercent).describe(
      'What comes back of the fee afterwards.',
    ),
    partial_until_hours: within(CANCELLATION_BOUNDS.partialUntilHours).describe(
      'Who cancels less than so many hours before the start gets nothing back.',
    ),
  })
  .refine(({ free_until_hours, partial_until_hours }) => partial_until_hours <= free_until_hours, {
    error: 'Must not be more than free_until_hours.',
    path: ['partial_until_hours'],
  });

const profile = {
  name: RequiredText(120).describe('As patients see it, for example Dr. Asha Rao.'),
  gender: Gender.nullable(),
  bio: Text(4000),
  qualifications: z.array(RequiredText(80)).max(20),
  specialties: z.array(Specialty).min(1).max(10),
  languages: z.array(Language).min(1).max(10),
  years_of_experience: z.int().min(0).max(80).nullable(),
  consultation_fee: MoneyField.refine(({ amount }) => amount >= 0, { error: 'Must not be negative.' }),
  cancellation_policy: Policy.nullable().describe(
    'What calling off a visit costs that is booked from now on; null for the platform’s own policy.',
  ),
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

function toPolicy(body: z.output<typeof Policy>): CancellationPolicy {
  return {
    freeUntilHours: body.free_until_hours,
    partialRefundPercent: body.partial_refund_percent,
    partialUntilHours: body.partial_until_hours,
  };
}

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
    cancellationPolicy: body.cancellation_policy && toPolicy(body.cancellation_policy),
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
    updated_at: 'updatedAt',
    next_slot: 'nextSlot',
  },
  {
    name: RequiredText(120).optional().describe('Words of the name.'),
    specialty: Text(80).optional(),
    language: Language.optional(),
    gender: Gender.optional(),
    country: Country.optional().describe('Where the doctor is licensed (ISO 3166-1).'),
    currency: z.enum(CURRENCIES).optional(),
    fee_min: z.coerce.number().int().min(0).optional().describe('Minor units.'),
    fee_max: z.coerce.number().int().min(0).optional().describe('Minor units.'),
    rating_min: z.coerce.number().min(1).max(5).optional(),
    experience_min: z.coerce.number().int().min(0).max(80).optional().describe('Years.'),
    accepting: z
      .enum(['true', 'false', 'any'])
      .default('true')
      .describe('Whether the doctor takes bookings at present.'),
    available_on: z.iso
      .date()
      .optional()
      .describe('Only doctors with a free slot on this day of `time_zone`.'),
    time_zone: TimeZone.default('UTC'),
    available_after: Instant.optional().describe('Only doctors with a free slot at or after this time.'),
    available_before: Instant.optional().describe('Only doctors with a free slot before this time.'),
  },
).transform(({ page, fee_min, fee_max, rating_min, experience_min, accepting, ...query }) => {
  const { available_on, time_zone, available_after, available_before, ...filter } = query;
  const day = available_on && Temporal.PlainDate.from(available_on);
  return {
    page,
    filter: {
      ...filter,
      accepting: accepting === 'any' ? accepting : accepting === 'true',
      feeFrom: fee_min,
      feeTo: fee_max,
      ratingFrom: rating_min,
      experienceFrom: experience_min,
      freeFrom: day ? day.toZonedDateTime(time_zone).toInstant() : available_after,
      freeBefore: day ? day.add({ days: 1 }).toZonedDateTime(time_zone).toInstant() : available_before,
    } satisfies DoctorFilter,
  };
});

export const ListTerms = listQuery({ name: 'name', count: 'count' }, {}, ['search']);

export const TermAnswer = z
  .object({ name: z.string(), count: z.int().describe('How many doctors.') })
  .meta({ id: 'Term' });

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
    cancellation_policy: z
      .object({
        free_until_hours: z.int(),
        partial_refund_percent: z.int(),
        partial_until_hours: z.int(),
        is_platform_default: z.boolean(),
      })
      .describe('Under which a visit is booked; it keeps this one when the doctor chooses another.'),
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
  kyc: z
    .object({
      status: KycStatus,
      license_number: z.string().nullable(),
      license_country: z.string().nullable(),
      license_expiry: z.iso.date().nullable(),
    })
    .describe(
      'The licence in force, the last that was approved. What was sent in is at /api/doctors/me/kyc/.',
    ),
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
    cancellation_policy: fromPolicy(doctor.cancellationPolicy),
    time_zone: doctor.timeZone,
    slot_minutes: doctor.slotMinutes,
    license_country: doctor.licenseCountry,
    accepting_patients: doctor.acceptingPatients,
    rating: doctor.rating,
    rating_count: doctor.ratingCount,
    created_at: iso(doctor.createdAt),
    updated_at: iso(doctor.updatedAt),
  };
}

function fromPolicy(chosen: CancellationPolicy | null) {
  const policy = chosen ?? CANCELLATION_POLICY;
  return {
    free_until_hours: policy.freeUntilHours,
    partial_refund_percent: policy.partialRefundPercent,
    partial_until_hours: policy.partialUntilHours,
    is_platform_default: chosen === null,
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
    },
  };
}
