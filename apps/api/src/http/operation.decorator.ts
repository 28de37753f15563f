import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import type { z } from 'zod';
import type { ErrorKind, Role } from '#kernel';
import type { RateClass } from './rate-limits.ts';

export interface OperationOptions {
  /** One line for the API reference. */
  readonly summary: string;
  readonly description?: string;
  /** Who may call it: anybody, everybody who is logged in, or those who have one of these roles. */
  readonly access: 'public' | 'authenticated' | readonly Role[];
  /** Which budget a call is taken from; `general` unless it says otherwise. */
  readonly limit?: RateClass;
  /** Serves to set up a second factor: open also to an administrator who must do that first. */
  readonly enrolling?: boolean;
  /** The schema of `data` in the answer; left out when there is none. */
  readonly answers?: z.ZodType;
  /** `answers` describes one item of a page. */
  readonly paged?: boolean;
  /** The media types of an answer that is not JSON in an envelope: a text as it is, or a stream. */
  readonly produces?: string | readonly string[];
  /** Whoever cannot send a header may come with a ticket of the notifications in the query. */
  readonly ticket?: boolean;
  readonly status?: 200 | 201 | 202;
  /** The `message` of the answer. */
  readonly message?: string;
  /** Kinds of failure beside the ones that every operation shares. */
  readonly fails?: readonly ErrorKind[];
}

export const OPERATION = 'televisit:operation';

/** Everything that a route says of itself beside its path: access, answer, failures, and one line of prose. */
export function Operation(options: OperationOptions): MethodDecorator {
  return applyDecorators(SetMetadata(OPERATION, options), HttpCode(options.status ?? 200));
}
