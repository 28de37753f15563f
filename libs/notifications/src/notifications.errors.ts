import { invalid, rateLimited, unauthenticated, unavailable } from '#kernel';

export const channelRequired = (group: string, channel: string) =>
  invalid('channel_required', 'Receipts and refunds are always mailed.', { group, channel });
export const channelNotOffered = (group: string, channel: string) =>
  invalid('channel_not_offered', 'These notifications do not go out this way.', { group, channel });
export const pushNotAvailable = () =>
  unavailable('push_not_available', 'Web push is not set up on this server.');
export const pushEndpointRefused = () =>
  invalid('push_endpoint_refused', 'A push endpoint is an https address on the public internet.');
export const pushKeysInvalid = () =>
  invalid('push_keys_invalid', 'p256dh is a point on P-256 and auth is 16 bytes, both in base64url.');
export const recipientsNotFound = (userIds: readonly string[]) =>
  invalid('recipients_not_found', 'Some of these people have no active account.', { user_ids: userIds });
export const tooManyStreams = (limit: number) =>
  rateLimited('too_many_streams', 'Close another stream of this account first.', { limit });
export const ticketInvalid = () =>
  unauthenticated('ticket_invalid', 'This ticket is unknown, used or too old. Get a new one.');
