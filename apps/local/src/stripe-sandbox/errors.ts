import type Stripe from 'stripe';

export interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
}

/** An answer other than 200, in the shape of https://docs.stripe.com/api/errors */
export class StripeApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
  ) {
    super(body.message);
  }
}

/** Parameters that were refused before anything ran, so an idempotency key does not remember it. */
export class ParameterError extends StripeApiError {}

type ErrorFields = Partial<Omit<ErrorBody, 'type' | 'message'>>;

export function invalidRequest(message: string, fields: ErrorFields = {}): StripeApiError {
  return new StripeApiError(400, { type: 'invalid_request_error', message, ...fields });
}

export function refusedParameter(message: string, fields: ErrorFields): ParameterError {
  return new ParameterError(400, { type: 'invalid_request_error', message, ...fields });
}

export function unauthorized(message: string, fields: ErrorFields = {}): StripeApiError {
  return new StripeApiError(401, { type: 'invalid_request_error', message, ...fields });
}

/** `kind` is the object's name on the wire: `No such payment_intent: 'pi_x'`. */
export function resourceMissing(kind: string, id: string, param = 'id'): StripeApiError {
  return new StripeApiError(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind}: '${id}'`,
    param,
  });
}
