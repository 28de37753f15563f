import type { ErrorKind, Role } from '#kernel';
import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

export interface OperationOptions {
  /** One line for the API reference. */
  readonly summary: string;
  readonly description?: string;
  /** Who may call it: anybody, everybody who is logged in, or those who have one of these roles. */
  readonly access: 'public' | 'authenticated' | readonly Role[];
  /** The schema of `data` in the answer; left out when there is none. */
  readonly answers?: z.ZodType;
  /** `answers` describes one item of a page. */
  readonly paged?: boolean;
  readonly status?: 200 | 201 | 202;
  /** The `message` of the answer. */
  readonly message?: string;
  /** Kinds of failure beside the ones that every operation shares. */
  readonly fails?: readonly ErrorKind[];
}

export const OPERATION = 'televisit:operation';

export const ErrorAnswer = z
  .object({
    error: z.string().describe('What went wrong, for people.'),
    details: z
      .looseObject({
        code: z.string().describe('Stable; switch on it.'),
        fields: z
          .array(z.object({ path: z.string(), message: z.string(), code: z.string() }))
          .optional()
          .describe('With `validation_failed`: each field that is wrong.'),
      })
      .describe('What helps to put it right.'),
    status: z.literal('error'),
  })
  .meta({ id: 'Error' });

const FAILURES: Record<ErrorKind, { status: number; description: string }> = {
  invalid: { status: 400, description: 'The request is not valid.' },
  unauthenticated: { status: 401, description: 'Log in first.' },
  payment_required: { status: 402, description: 'A payment is missing.' },
  forbidden: { status: 403, description: 'The role does not allow this.' },
  not_found: { status: 404, description: 'It does not exist, or the caller may not see it.' },
  conflict: { status: 409, description: 'It does not fit the present state.' },
  gone: { status: 410, description: 'It is over.' },
  too_large: { status: 413, description: 'The body is too large.' },
  unprocessable: { status: 422, description: 'It contradicts an earlier request.' },
  rate_limited: { status: 429, description: 'Too many requests.' },
  unavailable: { status: 503, description: 'A part of the server is not available. Try again.' },
};

/** Everything that a route says of itself beside its path: access, answer, failures, and one line of prose. */
export function Operation(options: OperationOptions): MethodDecorator {
  const { summary, description, access, answers = z.null(), paged = false, status = 200 } = options;
  const fails = new Set<ErrorKind>(['invalid', ...(options.fails ?? [])]);
  if (access !== 'public') fails.add('unauthenticated');
  if (Array.isArray(access)) fails.add('forbidden');
  const data = paged
    ? z.object({ items: z.array(answers), total: z.int(), page: z.int(), page_size: z.int() })
    : answers;
  return applyDecorators(
    SetMetadata(OPERATION, options),
    HttpCode(status),
    ApiOperation({ summary, ...(description && { description }) }),
    ApiExtension('x-access', typeof access === 'string' ? access : access.join(', ')),
    ...(access === 'public' ? [] : [ApiBearerAuth()]),
    ApiResponse({
      status,
      description: options.message ?? 'Done.',
      standardSchema: z.object({ data, message: z.string(), status: z.literal('success') }),
    }),
    ...[...fails].map((kind) => ApiResponse({ ...FAILURES[kind], standardSchema: ErrorAnswer })),
  );
}
