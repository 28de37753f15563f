import { applyDecorators, type INestApplication, RequestMethod } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import {
  ApiBearerAuth,
  ApiExtension,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { z } from 'zod';
import { type ErrorKind } from '#kernel';
import { IDEMPOTENT } from './idempotency.interceptor.ts';
import { OPERATION, type OperationOptions } from './operation.decorator.ts';
import { RATE_BUDGETS } from './rate-limits.ts';

const ErrorAnswer = z
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
  unsupported_media: { status: 415, description: 'The body is not JSON.' },
  unprocessable: { status: 422, description: 'It contradicts an earlier request.' },
  rate_limited: { status: 429, description: 'Too many requests.' },
  unavailable: { status: 503, description: 'A part of the server is not available. Try again.' },
};

const METHOD_METADATA = 'method';
const WITH_BODY = new Set([RequestMethod.POST, RequestMethod.PUT, RequestMethod.PATCH, RequestMethod.DELETE]);

/** Says of a route in Swagger's words what it says of itself in ours, so that a running server loads neither. */
function described(options: OperationOptions, idempotent: boolean, hasBody: boolean): MethodDecorator {
  const {
    summary,
    description,
    access,
    enrolling,
    answers = z.null(),
    paged = false,
    status = 200,
  } = options;
  const { limit = 'general' } = options;
  const budget = RATE_BUDGETS[limit];
  const fails = new Set<ErrorKind>(['invalid', 'unavailable', ...(options.fails ?? [])]);
  if (budget) fails.add('rate_limited');
  if (access !== 'public') fails.add('unauthenticated');
  // For want of the role, or of the second factor that an administrator needs.
  if (Array.isArray(access) || (access === 'authenticated' && !enrolling)) fails.add('forbidden');
  if (idempotent) fails.add('conflict').add('unprocessable');
  if (hasBody) fails.add('too_large').add('unsupported_media');
  const data = paged
    ? z.object({ items: z.array(answers), total: z.int(), page: z.int(), page_size: z.int() })
    : answers;
  return applyDecorators(
    ApiOperation({ summary, ...(description && { description }) }),
    ...(budget ? [ApiExtension('x-rate-limit', `${budget.requests} in ${budget.seconds} s`)] : []),
    ApiExtension('x-access', typeof access === 'string' ? access : access.join(', ')),
    ...(access === 'public' ? [] : [ApiBearerAuth()]),
    ...(idempotent
      ? [
          ApiHeader({
            name: 'Idempotency-Key',
            required: false,
            description: 'The same key with the same body gets the same answer, and the work is done once.',
          }),
        ]
      : []),
    ApiResponse({
      status,
      description: options.message ?? 'Done.',
      ...(options.produces
        ? { content: textsOf(options.produces) }
        : { standardSchema: z.object({ data, message: z.string(), status: z.literal('success') }) }),
    }),
    ...[...fails].map((kind) => ApiResponse({ ...FAILURES[kind], standardSchema: ErrorAnswer })),
  );
}

function describeRoutes(app: INestApplication): void {
  const scanner = new MetadataScanner();
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      const prototype: object = (metatype as { prototype: object }).prototype;
      for (const name of scanner.getAllMethodNames(prototype)) {
        const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
        const handler = descriptor?.value as object;
        const options = Reflect.getMetadata(OPERATION, handler) as OperationOptions | undefined;
        if (!descriptor || !options) continue;
        const idempotent = Reflect.hasMetadata(IDEMPOTENT, handler);
        const hasBody = WITH_BODY.has(Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod);
        described(options, idempotent, hasBody)(prototype, name, descriptor);
      }
    }
  }
}

/**
 * The API as OpenAPI 3.1, made from the schemas that the routes themselves parse and answer with. It is
 * generated into docs/openapi.json and served from there, so a running server does not pay for it.
 */
export function openApiOf(app: INestApplication): OpenAPIObject {
  describeRoutes(app);
  const base = new DocumentBuilder()
    .setTitle('Televisit')
    .setDescription(
      'A telehealth marketplace: find a doctor, book, pay, meet on video, and leave with a prescription. ' +
        'Every path also works with a trailing slash. Answers are `{data, message, status}`; failures are ' +
        '`{error, details, status}`, where `details.code` is stable. Amounts are integers of minor units.',
    )
    .setVersion('1.0.0')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, base, {
    operationIdFactory: (controller, method) =>
      `${controller.replace('Controller', '').replace(/^./, (letter) => letter.toLowerCase())}.${method}`,
    standardSchemaConverter: (schema, { schemaType }) => {
      if (!(schema instanceof z.ZodType)) return undefined;
      const {
        $defs,
        $schema: _,
        ...json
      } = z.toJSONSchema(schema, {
        io: schemaType,
        unrepresentable: 'any',
        // An answer may gain fields; a client must not break on them.
        override: ({ jsonSchema }) => {
          if (schemaType === 'output') delete jsonSchema.additionalProperties;
          // The format says it better than zod's own regular expression for it.
          if (jsonSchema.format) delete jsonSchema.pattern;
        },
      });
      return { schema: json, components: $defs ?? {} };
    },
  });
  // Pages for people are not part of the API. The document writes its paths with a slash at the end.
  document.paths = Object.fromEntries(
    Object.entries(document.paths).flatMap(([path, item]) => {
      if (path.startsWith('/api/')) return [[`${path}/`, item]];
      return path.startsWith('/health') ? [[path, item]] : [];
    }),
  );
  return document;
}

/** Each media type of an answer that has no shape of its own. */
function textsOf(types: string | readonly string[]) {
  return Object.fromEntries([types].flat().map((type) => [type, { schema: { type: 'string' as const } }]));
}
