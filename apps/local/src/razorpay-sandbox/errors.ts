/** An answer other than 200, in the shape of https://razorpay.com/docs/api/errors/ */
export class RazorpayApiError extends Error {
  constructor(
    readonly status: number,
    description: string,
    /** The parameter that was refused, when it was one; or the reason, as a code. */
    private readonly about: { field?: string | undefined; reason?: string } = {},
  ) {
    super(description);
  }

  get body(): object {
    const { field, reason = field === undefined ? 'NA' : 'input_validation_failed' } = this.about;
    return {
      error: {
        code: this.status < 500 ? 'BAD_REQUEST_ERROR' : 'SERVER_ERROR',
        description: this.message,
        source: 'business',
        step: 'payment_initiation',
        reason,
        metadata: {},
        ...(field === undefined ? {} : { field }),
      },
    };
  }
}

/** @param field the parameter that was refused, when it was one */
export function badRequest(description: string, field?: string): RazorpayApiError {
  return new RazorpayApiError(400, description, { field });
}

/** Razorpay answers 400, not 404, for an id that it does not know. */
export function unknownId(): RazorpayApiError {
  return badRequest('The id provided does not exist');
}
