import { resourceMissing } from './errors.ts';
import type { Store } from './store.ts';
import { newPaymentMethod, testCard } from './test-cards.ts';

/**
 * A payment method of its own for a test card, or for one that was made of it before.
 * @returns its id. Errors: 404 for no test card.
 */
export function newMethodOf({ tables }: Store, testId: string): string {
  const known = tables.test_card.get(testId) ?? testId;
  const card = testCard(known);
  if (card === undefined) throw resourceMissing('PaymentMethod', testId, 'payment_method');
  const method = newPaymentMethod(card);
  tables.payment_method.set(method.id, method);
  tables.test_card.set(method.id, known);
  return method.id;
}
