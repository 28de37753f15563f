import { type DomainError, invalid } from '#kernel';
import { StandardSchemaValidationPipe } from '@nestjs/common';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** zod's own name for what is wrong. */
  readonly code?: string;
}

/** `validation_failed` with the path of each field that is wrong. */
export function validationFailed(issues: readonly Issue[]): DomainError {
  return invalid('validation_failed', 'Some fields are not valid.', {
    fields: issues.map(({ path = [], message, code = 'invalid' }) => ({
      path: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
      message,
      code,
    })),
  });
}

export const validationPipe = new StandardSchemaValidationPipe({ exceptionFactory: validationFailed });
