import pg from 'pg';
import { conflict, invalid, unavailable } from '#kernel';

/** PostgreSQL's SQLSTATE codes that mean something to the domain (PostgreSQL manual, appendix A). */
const DEADLOCK_DETECTED = '40P01';
const SERIALIZATION_FAILURE = '40001';
const EXCLUSION_VIOLATION = '23P01';
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
const CHECK_VIOLATION = '23514';
/** Class 22: a value that no column takes, for example a NUL in a text or a year far away. */
const DATA_EXCEPTION = '22';
const QUERY_CANCELED = '57014';
/** Raised by our own trigger on a prescription that is issued. */
const PRESCRIPTION_ISSUED = 'TV001';

export function isRetryable(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError &&
    (error.code === DEADLOCK_DETECTED || error.code === SERIALIZATION_FAILURE)
  );
}

/** The name of the constraint that a write broke, if that is what the error is. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.constraint : undefined;
}

/** What a database error means to a caller. An error that means nothing to the domain comes back as it is. */
export function toDomainError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const details = error.constraint ? { constraint: error.constraint } : {};
  switch (error.code) {
    case EXCLUSION_VIOLATION:
      return conflict('time_taken', 'That time is no longer free.', details);
    case UNIQUE_VIOLATION:
      return conflict('already_exists', 'That already exists.', details);
    case FOREIGN_KEY_VIOLATION:
      return conflict('reference_missing', 'Something that this refers to does not exist.', details);
    case CHECK_VIOLATION:
      return invalid('value_not_allowed', 'A value is outside what is allowed.', details);
    case PRESCRIPTION_ISSUED:
      return conflict('prescription_is_issued', 'An issued prescription does not change.');
    case DEADLOCK_DETECTED:
    case SERIALIZATION_FAILURE:
    case QUERY_CANCELED:
      return unavailable('database_busy', 'The server is busy. Please try again.');
    default:
      return error.code?.startsWith(DATA_EXCEPTION)
        ? invalid('value_not_allowed', 'A value is outside what can be stored.')
        : error;
  }
}
