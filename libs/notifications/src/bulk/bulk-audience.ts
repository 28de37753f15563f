import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { given, type Tables } from '#platform';
import type { Audience } from './bulk-notification.entity.ts';

/** That a row of `users` is one of those who are meant. */
export function meant(
  eb: ExpressionBuilder<Tables, 'users'>,
  audience: Audience,
  now: Temporal.Instant,
): Expression<SqlBool>[] {
  if ('userIds' in audience) return [sql<boolean>`users.id = any(${[...audience.userIds]}::uuid[])`];
  const { role, language, upcomingVisitWith } = audience.filter;
  return given<Expression<SqlBool>>([
    role && sql<boolean>`${role} = any (users.roles)`,
    language && eb('users.language', '=', language),
    upcomingVisitWith &&
      eb.exists(
        eb
          .selectFrom('appointments as visit')
          .innerJoin('patients as patient', 'patient.id', 'visit.patientId')
          .select('visit.id')
          .whereRef('patient.userId', '=', 'users.id')
          .where('visit.practitionerId', '=', upcomingVisitWith)
          .where('visit.status', 'in', ['scheduled', 'arrived'])
          .where('visit.startsAt', '>', now),
      ),
  ]);
}
