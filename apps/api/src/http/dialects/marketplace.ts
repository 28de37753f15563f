import type { ErrorKind } from '#kernel';
import type { Dialect } from '../surface.ts';
import { inWireNames } from '../wire-names.ts';

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported_media: 415,
  unprocessable: 422,
  rate_limited: 429,
  unavailable: 503,
};

/** Document 004: `{data, message, status}` and `{error, details, status}`; `details.code` is stable. */
export const marketplace: Dialect = {
  prefix: '/api/',
  success: (data, message) => ({ data: data ?? null, message, status: 'success' }),
  page: ({ items, total, page, pageSize }) => ({ items, total, page, page_size: pageSize }),
  failure: ({ kind, code, message, details }) => ({
    status: STATUS[kind],
    body: { error: message, details: { code, ...(inWireNames(details) as object) }, status: 'error' },
  }),
  defect: (requestId, found) => ({
    status: 500,
    body: {
      error: 'Something went wrong on our side.',
      details: { code: 'internal_error', request_id: requestId, ...found },
      status: 'error',
    },
  }),
};
