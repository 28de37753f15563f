import { createHmac } from 'node:crypto';
import type { Clock } from '#kernel';
import type { IceConfiguration } from '../protocol/protocol.ts';

export interface TurnSettings {
  /** For example `turn:turn.example.org:3478?transport=udp`; `stun:` URLs get no credentials. */
  readonly urls: readonly string[];
  /** coturn's `static-auth-secret`. */
  readonly secret: string;
  readonly ttlSeconds: number;
}

/** Fresh credentials are sent when this share of the old ones' life is over. */
const REFRESH_SHARE = 0.85;

/**
 * ICE servers with credentials of one user, by coturn's REST scheme: the user name is
 * `<expiry in unix seconds>:<user>`, the password base64(HMAC-SHA1(secret, user name)). coturn checks both
 * without asking us. The end of the credentials does not end a running allocation.
 *
 * Source: https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00
 */
export class TurnCredentials {
  /** @param settings `null` where no TURN server is configured: clients use host candidates. */
  constructor(
    private readonly settings: TurnSettings | null,
    private readonly clock: Clock,
  ) {}

  issue(userId: string): IceConfiguration {
    if (!this.settings || this.settings.urls.length === 0) {
      return { ice_servers: [], ice_servers_expire_at: null };
    }
    const { urls, secret, ttlSeconds } = this.settings;
    const expiry = Math.floor(this.clock.now().epochMilliseconds / 1000) + ttlSeconds;
    const username = `${expiry}:${userId}`;
    const credential = createHmac('sha1', secret).update(username).digest('base64');
    const isTurn = (url: string) => /^turns?:/.test(url);
    const stunUrls = urls.filter((url) => !isTurn(url));
    return {
      ice_servers: [
        ...(stunUrls.length > 0 ? [{ urls: stunUrls }] : []),
        { urls: urls.filter(isTurn), username, credential },
      ],
      ice_servers_expire_at: Temporal.Instant.fromEpochMilliseconds(expiry * 1000).toString(),
    };
  }

  /** When credentials that were issued at `nowMs` are to be replaced, in epoch milliseconds. */
  refreshAt(nowMs: number): number {
    return this.settings ? nowMs + this.settings.ttlSeconds * 1000 * REFRESH_SHARE : Number.POSITIVE_INFINITY;
  }
}
