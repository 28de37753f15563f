import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '#kernel';
import { Log, toDomainError } from '#platform';
import { dialectOf } from './dialects/dialect-of.ts';
import { knownFrameworkError } from './framework-errors.ts';

const DESCRIBES_CONTENT = ['content-type', 'content-disposition', 'content-length'] as const;

/** Turns whatever was thrown into the answer of the surface it was thrown in. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  /** @param detailed whether the answer tells what a defect is: for the developer, never in production */
  constructor(
    private readonly log: Log,
    private readonly detailed: boolean,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const dialect = dialectOf(request.url);
    const error = asDomainError(thrown);
    if (!error)
      this.log.error({ error: thrown, method: request.method, path: request.routeOptions.url }, 'defect');
    const { status, body } = error
      ? dialect.failure(error)
      : dialect.defect(request.id, this.detailed ? described(thrown) : undefined);
    const retryAfter = error?.details['retry_after'];
    if (typeof retryAfter === 'number') reply.header('retry-after', retryAfter);
    // A file that failed before its first byte had said what it would be.
    for (const name of DESCRIBES_CONTENT) reply.removeHeader(name);
    void reply.code(status).send(body);
  }
}

function described(thrown: unknown) {
  const { message, stack = '' } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    message,
    stack: stack
      .split('\n')
      .slice(1)
      .map((line) => line.trim()),
  };
}

function asDomainError(thrown: unknown): DomainError | undefined {
  const error = toDomainError(thrown);
  if (error instanceof DomainError) return error;
  return knownFrameworkError(statusOf(error));
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}
