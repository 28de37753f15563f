import { randomBytes } from 'node:crypto';
import { Caller } from './caller.ts';
import type { Screen } from './screen.ts';

export const PASSWORD = 'televisit-demo';

/** What those who register in the demo choose: the password of the demo logins would be too easy to guess. */
export const NEWCOMER_PASSWORD = 'a walk by the quiet sea';
export const ADMIN_EMAIL = 'admin@televisit.test';

/** The three people of the demo; patient and doctor are new each time. */
export interface Cast {
  readonly patient: Caller;
  readonly doctor: Caller;
  readonly admin: Caller;
  /** Makes names and addresses of this run unlike those of any other. */
  readonly run: string;
  readonly patientEmail: string;
  readonly doctorEmail: string;
}

export function newCast(baseUrl: string, screen: Screen): Cast {
  const run = randomBytes(3).toString('hex');
  const caller = (name: string) => new Caller(name, baseUrl, screen);
  return {
    patient: caller('patient'),
    doctor: caller('doctor'),
    admin: caller('admin'),
    run,
    patientEmail: `leela.${run}@televisit.test`,
    doctorEmail: `dr.marin.${run}@televisit.test`,
  };
}
