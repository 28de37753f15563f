import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '#platform';

/** As much of a JSON schema as our own documents use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body?: Schema;
}

interface OpenApi {
  readonly paths: Record<
    string,
    Record<
      string,
      {
        parameters?: readonly Parameter[];
        requestBody?: { content: { 'application/json'?: { schema: Schema } } };
      }
    >
  >;
  readonly components: { readonly schemas: Record<string, Schema> };
}

const document = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as OpenApi;

/** Every operation that is published. */
export const OPERATIONS: readonly Operation[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, { parameters = [], requestBody }]) => ({
    method: method.toUpperCase(),
    path,
    parameters,
    ...(requestBody?.content['application/json'] && { body: requestBody.content['application/json'].schema }),
  })),
);

/** @throws Error when the document names a schema that it does not have */
export function schemaNamed(reference: string): Schema {
  const schema = document.components.schemas[reference.split('/').at(-1) ?? ''];
  if (!schema) throw new Error(`docs/openapi.json has no ${reference}.`);
  return schema;
}

/** How tests call an operation: `GET /api/doctors/{id}/`. */
export const nameOf = ({ method, path }: Operation): string => `${method} ${path}`;
