import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';

/**
 * The API as OpenAPI 3.1, made from the schemas that the routes themselves parse and answer with. It is
 * generated into docs/openapi.json and served from there, so a running server does not pay for it.
 */
export function openApiOf(app: INestApplication): OpenAPIObject {
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
  // The document writes its paths with a slash at the end; so does its description.
  document.paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [
      path.startsWith('/api/') ? `${path}/` : path,
      item,
    ]),
  );
  return document;
}
