import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

/** A chart. One with `organizationId: null` is a person's own; the others belong to a practice. */
export type Patient = Selectable<Tables['patients']>;

export type PatientDetails = Pick<
  Patient,
  'firstName' | 'lastName' | 'dateOfBirth' | 'sex' | 'phone' | 'email'
>;
