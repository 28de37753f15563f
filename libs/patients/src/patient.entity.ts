import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

type Row = Selectable<Tables['patients']>;

/**
 * A chart. One with `organizationId: null` is a person's own, or that of somebody in their care; the others
 * belong to a practice. `accountUserId` is the account that acts for it.
 */
export type Patient = Row;

export type PatientDetails = Pick<
  Patient,
  'firstName' | 'lastName' | 'dateOfBirth' | 'sex' | 'phone' | 'email'
>;

/** What a dependant is to their guardian: my `child`. */
export type Guardianship = NonNullable<Row['relationship']>;

/** Somebody without an account, whose chart another person looks after. */
export type Dependant = Patient & {
  readonly guardianUserId: string;
  readonly relationship: Guardianship;
  readonly dateOfBirth: NonNullable<Row['dateOfBirth']>;
};

export type DependantDetails = Pick<
  Dependant,
  'firstName' | 'lastName' | 'dateOfBirth' | 'sex' | 'relationship'
>;
