import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { type DomainError, invalid } from '#kernel';
import { validationMessage } from './validation-messages.ts';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** zod's own name for what is wrong. */
  readonly code?: string;
  /** Of a union: what is wrong with each of its members. */
  readonly errors?: readonly (readonly Issue[])[];
}

/** `validation_failed` with the path of each field that is wrong. */
function validationFailed(issues: readonly Issue[]): DomainError {
  return invalid('validation_failed', 'Some fields are not valid.', {
    fields: issues.flatMap((issue) => fieldsOf(issue)),
  });
}

function fieldsOf(
  issue: Issue,
  parent: readonly string[] = [],
): { path: string; message: string; code: string }[] {
  const path = [
    ...parent,
    ...(issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)),
  ];
  // Of a union, the member that the body comes closest to is the one that was meant.
  const [closest] = [...(issue.errors ?? [])].sort((a, b) => a.length - b.length);
  if (closest?.length) return closest.flatMap((inner) => fieldsOf(inner, path));
  return [{ path: path.join('.'), message: issue.message, code: issue.code ?? 'invalid' }];
}

class ValidationPipe extends StandardSchemaValidationPipe {
  /** What a route asks for by its name alone (`id` of a path) is told to be wrong by that name. */
  override async transform<T = unknown>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema, data: name } = metadata;
    if (!schema || name === undefined || !this.toValidate(metadata)) return super.transform(value, metadata);
    const result = await this.validate<T>(value, schema);
    if (!result.issues) return result.value;
    throw validationFailed(result.issues.map((issue) => ({ ...issue, path: [name, ...(issue.path ?? [])] })));
  }
}

z.config({ localeError: validationMessage });

export const validationPipe = new ValidationPipe({ exceptionFactory: validationFailed });
