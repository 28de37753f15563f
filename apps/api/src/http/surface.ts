import type { DomainError, Page } from '#kernel';

/** What a surface answers when something went wrong. */
interface Failure {
  readonly status: number;
  readonly body: unknown;
}

/**
 * How one API document speaks: pure functions from a value to a body and from an error to a status and a
 * body. Everything else is shared by all surfaces.
 */
export interface Dialect {
  /** Paths that begin with it belong to the surface, also when no route matches. */
  readonly prefix: string;
  success(value: unknown, message: string): unknown;
  /** A list answer: what `success` is given for a page. */
  page(page: Page<unknown>): unknown;
  failure(error: DomainError): Failure;
  /** An error that is a defect; `found` is told in development only. */
  defect(requestId: string, found?: { readonly message: string; readonly stack: readonly string[] }): Failure;
}

/** Nest and Fastify know nothing of surfaces; the guard leaves what it found on the request. */
declare module 'fastify' {
  interface FastifyRequest {
    actor?: import('#kernel').Actor;
    successMessage?: string;
    /** The answer lasts as long as somebody listens. */
    streams?: boolean;
  }
}
