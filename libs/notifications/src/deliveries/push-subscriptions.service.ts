import { createPublicKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, newId, notFound, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import { pushKeysInvalid } from '../notifications.errors.ts';
import { type PushTarget, WebPushProvider } from '../providers/web-push.provider.ts';

/** How many browsers of one person are kept; a further one takes the place of the oldest. */
const MAX_SUBSCRIPTIONS = 10;

/** The uncompressed form of a point on P-256 and its first byte (SEC 1 §2.3.3). */
const POINT_BYTES = 65;
const COORDINATE_BYTES = 32;
const UNCOMPRESSED = 4;
/** RFC 8291 §3.2. */
const AUTH_BYTES = 16;

/** The browsers that a person wants notifications in. */
@Injectable()
export class PushSubscriptionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly provider: WebPushProvider,
  ) {}

  /** @throws unavailable `push_not_available` */
  publicKey(): string {
    return this.provider.publicKey;
  }

  /**
   * Adds a browser, or renews its keys. An endpoint belongs to whoever subscribed with it last: two people
   * may share a browser.
   * @throws unavailable `push_not_available`; invalid `push_endpoint_refused`, `push_keys_invalid`
   */
  @Transactional()
  async add(actor: UserActor, target: PushTarget): Promise<string> {
    this.provider.assertAvailable();
    this.provider.assertReachable(target.endpoint);
    assertKeys(target);
    const now = this.clock.now();
    const { id } = await this.database.query
      .insertInto('pushSubscriptions')
      .values({ id: newId(), userId: actor.userId, ...target, createdAt: now, updatedAt: now })
      .onConflict((conflict) =>
        conflict
          .column('endpoint')
          .doUpdateSet({ userId: actor.userId, p256dh: target.p256dh, auth: target.auth, updatedAt: now }),
      )
      .returning('id')
      .executeTakeFirstOrThrow();
    await this.database.query
      .deleteFrom('pushSubscriptions')
      .where('userId', '=', actor.userId)
      .where('id', 'not in', (eb) =>
        eb
          .selectFrom('pushSubscriptions')
          .select('id')
          .where('userId', '=', actor.userId)
          .orderBy('updatedAt', 'desc')
          .orderBy('id', 'desc')
          .limit(MAX_SUBSCRIPTIONS),
      )
      .execute();
    return id;
  }

  /** @throws not_found `push_subscription_not_found` */
  async remove(actor: UserActor, endpoint: string): Promise<void> {
    const removed = await this.database.query
      .deleteFrom('pushSubscriptions')
      .where('userId', '=', actor.userId)
      .where('endpoint', '=', endpoint)
      .returning('id')
      .executeTakeFirst();
    if (!removed) throw notFound('push_subscription');
  }

  async idsOf(userId: string): Promise<string[]> {
    if (!this.provider.available) return [];
    const rows = await this.database.query
      .selectFrom('pushSubscriptions')
      .select('id')
      .where('userId', '=', userId)
      .execute();
    return rows.map(({ id }) => id);
  }

  async byId(id: string): Promise<PushTarget | undefined> {
    return this.database.query
      .selectFrom('pushSubscriptions')
      .select(['endpoint', 'p256dh', 'auth'])
      .where('id', '=', id)
      .executeTakeFirst();
  }

  /** The push service says that the browser does not listen any more. */
  async ended(id: string): Promise<void> {
    await this.database.query.deleteFrom('pushSubscriptions').where('id', '=', id).execute();
  }
}

/** Keys that no message can be encrypted for would only show when the first one is sent. */
function assertKeys({ p256dh, auth }: PushTarget): void {
  const point = Buffer.from(p256dh, 'base64url');
  const [x, y] = [point.subarray(1, 1 + COORDINATE_BYTES), point.subarray(1 + COORDINATE_BYTES)];
  if (point.length !== POINT_BYTES || point[0] !== UNCOMPRESSED) throw pushKeysInvalid();
  if (Buffer.from(auth, 'base64url').length !== AUTH_BYTES) throw pushKeysInvalid();
  try {
    createPublicKey({
      format: 'jwk',
      key: { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') },
    });
  } catch {
    throw pushKeysInvalid();
  }
}
