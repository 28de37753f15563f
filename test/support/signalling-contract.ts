import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { ROOT } from '#platform';

interface AsyncApi {
  readonly channels: { readonly room: { readonly messages: Record<string, { $ref: string }> } };
  readonly operations: Record<'hear' | 'tell', { readonly messages: readonly { $ref: string }[] }>;
  readonly components: {
    readonly messages: Record<string, { readonly payload: { readonly $ref: string } }>;
    readonly schemas: Record<string, object>;
  };
}

const document = JSON.parse(readFileSync(join(ROOT, 'docs/asyncapi.json'), 'utf8')) as AsyncApi;
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });

/** Follows the references as a reader of the document would. */
function validatorsOf(operation: 'hear' | 'tell'): Map<string, ValidateFunction> {
  return new Map(
    document.operations[operation].messages.map(({ $ref }) => {
      const name = last($ref);
      const message = document.components.messages[last(document.channels.room.messages[name]?.$ref)];
      const schema = document.components.schemas[last(message?.payload.$ref)];
      if (!schema) throw new Error(`docs/asyncapi.json does not describe ${name}.`);
      return [name, ajv.compile(schema)];
    }),
  );
}

const last = (reference: string | undefined) => reference?.split('/').at(-1) ?? '';

const validators = { hear: validatorsOf('hear'), tell: validatorsOf('tell') };

/**
 * Holds a message against the published description of the protocol.
 * @param operation `tell` for what the server says, `hear` for what a client says
 * @throws Error when it is not described, or not as it is described
 */
export function assertMessageAsPublished(operation: 'hear' | 'tell', message: { type: string }): void {
  const name = operation === 'tell' && 'from' in message ? `relayed-${message.type}` : message.type;
  const validate = validators[operation].get(name);
  if (!validate) throw new Error(`${name} is not described in docs/asyncapi.json.`);
  if (validate(message)) return;
  throw new Error(
    `${name} is not as docs/asyncapi.json says:\n${ajv.errorsText(validate.errors)}\n${JSON.stringify(message)}`,
  );
}
