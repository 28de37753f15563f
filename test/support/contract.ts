import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ROOT } from '#platform';

interface Operation {
  readonly responses: Record<string, { content?: { 'application/json'?: { schema: object } } }>;
}

interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: object;
}

const document = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as OpenApi;
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

const routes = Object.entries(document.paths).map(([path, operations]) => ({
  path,
  operations,
  // A path without parameters stands before one with them, as in the router.
  parameters: path.split('{').length - 1,
  pattern: new RegExp(`^${path.replace(/\/$/, '').replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`),
}));
routes.sort((a, b) => a.parameters - b.parameters);

/**
 * Holds an answer against the published description of the API.
 * @throws Error when the status is not described, or the body is not what is described
 */
export function assertAsPublished(method: string, path: string, status: number, body: unknown): void {
  const pathname = path.split('?')[0] ?? path;
  const route = routes.find(({ pattern }) => pattern.test(pathname));
  const operation = route?.operations[method.toLowerCase()];
  // An address that does not exist is nobody's operation.
  if (!route || !operation) return;
  const name = `${method} ${route.path} → ${status}`;
  const schema = operation.responses[status]?.content?.['application/json']?.schema;
  if (!schema) throw new Error(`${name} is not described in docs/openapi.json: ${JSON.stringify(body)}`);
  let validate = validators.get(name);
  if (!validate) {
    validate = ajv.compile({ ...schema, components: document.components });
    validators.set(name, validate);
  }
  if (validate(body)) return;
  throw new Error(
    `${name} is not as docs/openapi.json says:\n${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`,
  );
}
