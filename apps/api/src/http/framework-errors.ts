import { DomainError, type ErrorKind } from '#kernel';

type Parts = readonly [ErrorKind, code: string, message: string];

const UNREADABLE: Parts = ['invalid', 'malformed_request', 'The request could not be read.'];

/** What is found wrong before any code of ours has seen the request, by its status. */
const FRAMEWORK_ERRORS: Readonly<Record<number, Parts>> = {
  400: UNREADABLE,
  401: ['unauthenticated', 'not_authenticated', 'Log in first.'],
  403: ['forbidden', 'forbidden', 'This is not allowed.'],
  404: ['not_found', 'route_not_found', 'There is nothing at this address.'],
  405: ['not_found', 'route_not_found', 'There is nothing at this address.'],
  408: ['unavailable', 'request_timeout', 'The request took too long to arrive.'],
  413: ['too_large', 'body_too_large', 'The body is too large.'],
  414: ['invalid', 'path_too_long', 'The address is too long.'],
  415: ['unsupported_media', 'unsupported_media_type', 'Send JSON with Content-Type: application/json.'],
  431: ['invalid', 'headers_too_large', 'The headers are too large.'],
};

/** @returns `undefined` for a status that only a defect of ours has */
export function knownFrameworkError(status: number): DomainError | undefined {
  const found = FRAMEWORK_ERRORS[status];
  return found && new DomainError(...found);
}

/** For a request that was never read: whatever it is, it is the client's. */
export function frameworkError(status: number): DomainError {
  return new DomainError(...(FRAMEWORK_ERRORS[status] ?? UNREADABLE));
}
