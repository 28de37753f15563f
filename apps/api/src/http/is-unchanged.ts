import type { IncomingHttpHeaders } from 'node:http';

/** What a client may have of a file from before. */
export interface Version {
  /** The value of ETag, with its quotes. */
  readonly etag: string;
  readonly changedAt: Temporal.Instant;
}

/**
 * Whether a client has this version already and only asks for another one (RFC 9110 §13). `If-None-Match`
 * decides where it is sent; a date tells whole seconds.
 */
export function isUnchanged(headers: IncomingHttpHeaders, { etag, changedAt }: Version): boolean {
  const known = headers['if-none-match'];
  if (known !== undefined) {
    return known.split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()));
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return Math.floor(changedAt.epochMilliseconds / 1000) * 1000 <= since;
}
