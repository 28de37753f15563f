/** The kinds of failure that a caller can tell apart; each surface maps a kind to its own status code. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'payment_required'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'too_large'
  | 'unsupported_media'
  | 'unprocessable'
  | 'rate_limited'
  | 'unavailable';

/**
 * A failure that belongs to the domain and may be told to the client.
 *
 * `code` is stable: clients switch on it. `message` is for people and carries no health data.
 * `details` is a JSON object with whatever helps to put it right, for example the nearest free slots.
 */
export class DomainError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

const ofKind =
  (kind: ErrorKind) =>
  (code: string, message: string, details: Readonly<Record<string, unknown>> = {}): DomainError =>
    new DomainError(kind, code, message, details);

export const invalid = ofKind('invalid');
export const unauthenticated = ofKind('unauthenticated');
export const paymentRequired = ofKind('payment_required');
export const forbidden = ofKind('forbidden');
export const conflict = ofKind('conflict');
export const gone = ofKind('gone');
export const tooLarge = ofKind('too_large');
export const unsupportedMedia = ofKind('unsupported_media');
export const unprocessable = ofKind('unprocessable');
export const rateLimited = ofKind('rate_limited');
export const unavailable = ofKind('unavailable');

/** A record that does not exist, or that the actor may not see: the two are not told apart. */
export const notFound = (noun: string): DomainError =>
  new DomainError('not_found', `${noun}_not_found`, `No such ${noun.replaceAll('_', ' ')}.`);
