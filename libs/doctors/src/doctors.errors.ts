import { DomainError } from '#kernel';

/** The account is a doctor's and has told nothing of the doctor yet. */
export const noDoctorProfile = () =>
  new DomainError(
    'not_found',
    'doctor_profile_not_found',
    'You have no doctor profile yet. Make one at /api/doctors/register/.',
  );
