import type { ExpressionBuilder } from 'kysely';
import { type Actor, hasRole, isSystem } from '#kernel';
import type { Tables } from '#platform';
import type { Payment } from './payment.entity.ts';

/** Who sees a payment: the patient who pays it, the doctor of the visit, an administrator. */
export function maySee(actor: Actor) {
  return (eb: ExpressionBuilder<Tables, 'payments'>) => {
    if (isSystem(actor) || hasRole(actor, 'admin')) return eb.lit(true);
    return eb.or([
      eb('payments.payerUserId', '=', actor.userId),
      eb(
        'payments.practitionerId',
        'in',
        eb
          .selectFrom('staffMembers')
          .select('staffMembers.id')
          .where('staffMembers.userId', '=', actor.userId),
      ),
    ]);
  };
}

/** How payment and commission are divided is between the platform and the doctor. */
export function maySeeCommission(actor: Actor, payment: Payment): boolean {
  return hasRole(actor, 'admin') || payment.payerUserId !== actor.userId;
}
