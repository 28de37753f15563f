import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { type Actor, Clock, conflict, invalid, unprocessable } from '#kernel';
import { Database, FieldCipher } from '#platform';

/** A request that was cut off before it could save its answer lets go of its key after this long. */
const ABANDONED_SECONDS = 60;
/** How long a repeat waits for the answer of the request that is still running. */
const PATIENCE_MS = 20_000;
const POLL_MS = 40;
/** How long an answer is kept for repeats. */
const KEPT_HOURS = 24;

interface Claim {
  readonly userId: string;
  readonly operation: string;
  readonly key: string;
}

const placeOf = ({ userId, operation, key }: Claim) => `idempotency_keys:${userId}:${operation}:${key}`;

/**
 * `Idempotency-Key` on a write: the first request does the work; every repeat with the same key and body
 * gets the saved answer, also when it arrives while the first is still running. A failure is not saved.
 */
@Injectable()
class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cipher: FieldCipher,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined) return next.handle();
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw invalid('invalid_idempotency_key', 'An Idempotency-Key is 1 to 255 visible ASCII characters.');
    }
    return from(this.#once(key, request, http.getResponse<FastifyReply>(), next));
  }

  async #once(
    key: string,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    const claim: Claim = {
      userId: (request.actor as Actor).userId ?? '',
      operation: `${request.method} ${request.url.split('?')[0]?.replace(/\/$/, '')}`,
      key,
    };
    const bodyHash = createHash('sha256')
      .update(JSON.stringify(request.body ?? null))
      .digest();
    const deadline = this.clock.now().add({ milliseconds: PATIENCE_MS });
    while (!(await this.#claim(claim, bodyHash))) {
      const saved = await this.#saved(claim);
      if (saved && !bodyHash.equals(saved.bodyHash)) {
        throw unprocessable('idempotency_key_reused', 'This Idempotency-Key was used with another body.');
      }
      if (saved?.status) {
        reply.header('idempotent-replayed', 'true').code(saved.status);
        return saved.body && JSON.parse(this.cipher.decrypt(saved.body, placeOf(claim)));
      }
      if (Temporal.Instant.compare(this.clock.now(), deadline) > 0) {
        throw conflict(
          'idempotency_in_progress',
          'The first request with this Idempotency-Key is still running.',
        );
      }
      await wait(POLL_MS);
    }
    const body = await lastValueFrom(next.handle(), { defaultValue: null }).catch(async (error: unknown) => {
      await this.database.query
        .deleteFrom('idempotencyKeys')
        .where((eb) => eb.and(claim))
        .execute();
      throw error;
    });
    await this.database.query
      .updateTable('idempotencyKeys')
      .set({ status: reply.statusCode, body: this.cipher.encrypt(JSON.stringify(body), placeOf(claim)) })
      .where((eb) => eb.and(claim))
      .execute();
    return body;
  }

  async #claim(claim: Claim, bodyHash: Buffer): Promise<boolean> {
    const now = this.clock.now();
    await this.database.query
      .deleteFrom('idempotencyKeys')
      .where('createdAt', '<', now.subtract({ hours: KEPT_HOURS }))
      .execute();
    const row = await this.database.query
      .insertInto('idempotencyKeys')
      .values({ ...claim, bodyHash, createdAt: now })
      .onConflict((conflict) =>
        conflict
          .columns(['userId', 'operation', 'key'])
          .doUpdateSet({ createdAt: now, bodyHash })
          .where((eb) =>
            eb.and([
              eb('idempotencyKeys.status', 'is', null),
              eb('idempotencyKeys.createdAt', '<', now.subtract({ seconds: ABANDONED_SECONDS })),
            ]),
          ),
      )
      .returning('key')
      .executeTakeFirst();
    return row !== undefined;
  }

  async #saved(claim: Claim) {
    return this.database.query
      .selectFrom('idempotencyKeys')
      .select(['status', 'body', 'bodyHash'])
      .where((eb) => eb.and(claim))
      .executeTakeFirst()
      .then((row) => row && { ...row, bodyHash: Buffer.from(row.bodyHash) });
  }
}

export const IDEMPOTENT = 'televisit:idempotent';

/** The route honours `Idempotency-Key`. */
export function Idempotent(): MethodDecorator {
  return applyDecorators(SetMetadata(IDEMPOTENT, true), UseInterceptors(IdempotencyInterceptor));
}
