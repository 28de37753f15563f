import { refusedParameter, StripeApiError } from './errors.ts';
import type { SavedAnswer, Store } from './store.ts';

const MAX_KEY_LENGTH = 255;

/**
 * The answer saved for a key, whether it was a success or not. Errors: 400 idempotency_error when the key
 * came with another path or other parameters. https://docs.stripe.com/api/idempotent_requests
 */
export function savedAnswer(
  store: Store,
  key: string,
  { endpoint, parameters }: SavedAnswer['request'],
): SavedAnswer | undefined {
  if (key.length > MAX_KEY_LENGTH) {
    throw refusedParameter(`An idempotency key has at most ${MAX_KEY_LENGTH} characters.`, {});
  }
  const saved = store.tables.answer.get(key);
  if (saved === undefined) return undefined;
  if (saved.request.endpoint !== endpoint || saved.request.parameters !== parameters) {
    const part = saved.request.endpoint === endpoint ? 'other parameters' : saved.request.endpoint;
    throw new StripeApiError(400, {
      type: 'idempotency_error',
      message: `The idempotency key '${key}' was first used with ${part}. Use another key for another request.`,
    });
  }
  return saved;
}
