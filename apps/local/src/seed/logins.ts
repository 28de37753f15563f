import { ADMIN, DOCTORS, emailOf, PATIENTS } from './cast.ts';

/** Somebody to log in as, for the welcome screen. */
export interface DemoLogin {
  readonly email: string;
  readonly role: 'admin' | 'doctor' | 'patient';
  readonly note?: string;
}

/** The logins that a start shows: enough to try everything, few enough to read. */
export const LOGINS: readonly DemoLogin[] = [
  { email: emailOf(ADMIN.key), role: 'admin' },
  ...DOCTORS.slice(0, 3).map(
    ({ key, profile: { specialties, timeZone, fee } }): DemoLogin => ({
      email: emailOf(key),
      role: 'doctor',
      note: `${specialties[0]}, ${timeZone}, ${fee.currency}`,
    }),
  ),
  ...PATIENTS.slice(0, 1).map(({ key }): DemoLogin => ({ email: emailOf(key), role: 'patient' })),
];
