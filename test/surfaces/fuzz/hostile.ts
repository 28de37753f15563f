import fc from 'fast-check';
import { type Schema, schemaNamed } from '../../support/operations.ts';

const TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202egnp.exe',
  "'; drop table users; --",
  '%',
  '_%\\',
  '../../../etc/passwd',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '${jndi:ldap://127.0.0.1/a}',
  'é́́́́́',
  '👩‍⚕️'.repeat(40),
  'x'.repeat(20_000),
  '0',
  '-1',
  'null',
  'NaN',
  '1e400',
  '2026-02-30',
  '2026-13-01T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59.999999999Z',
  '0000-01-01T00:00:00Z',
  '99999999999999999999',
  '00000000-0000-0000-0000-000000000000',
];

const NUMBERS = [0, -0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, -(2 ** 53), 2 ** 63, 1e-320, 2_147_483_648];

const deep = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

const WRONG = [null, true, [], {}, [[]], { __proto__: 1 }, { constructor: { prototype: {} } }, deep(500)];

/** What no client should send. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...WRONG),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...TEXTS), { maxLength: 300 }),
);

/** Values that mostly fit a schema, and now and then are hostile, so that they get past the first check. */
export function nearly(schema: Schema, ids: readonly string[], depth = 0): fc.Arbitrary<unknown> {
  const fitting = fits(schema, ids, depth);
  return fc.oneof({ weight: 9, arbitrary: fitting }, { weight: 1, arbitrary: hostile });
}

function fits(schema: Schema, ids: readonly string[], depth: number): fc.Arbitrary<unknown> {
  if (depth > 6) return fc.constant(null);
  if (schema.$ref) return fits(schemaNamed(schema.$ref), ids, depth + 1);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => nearly(choice, ids, depth + 1)));
  if (schema.allOf) {
    return fc
      .tuple(...schema.allOf.map((part) => fits(part, ids, depth + 1)))
      .map((parts) => Object.assign({}, ...parts) as unknown);
  }
  const [type] = [schema.type].flat();
  switch (type) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, field]) => [
            name,
            nearly(field, ids, depth + 1),
          ]),
        ),
        { requiredKeys: [...(schema.required ?? [])] },
      );
    case 'array':
      return fc.array(nearly(schema.items ?? {}, ids, depth + 1), { maxLength: 4 });
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: 0, max: 200 }),
        fc.constantFrom(schema.minimum ?? 0, schema.maximum ?? 1),
      );
    case 'boolean':
      return fc.boolean();
    case 'string':
      return texts(schema, ids);
    default:
      return hostile;
  }
}

function texts({ format, maxLength = 40 }: Schema, ids: readonly string[]): fc.Arbitrary<string> {
  switch (format) {
    case 'uuid':
      return fc.oneof(fc.constantFrom(...ids), fc.uuid());
    case 'date':
      return fc.constantFrom('2026-12-01', '1980-02-29', '2100-01-01', '0001-01-01', '9999-12-31');
    case 'date-time':
      return fc.constantFrom('2026-12-01T10:00:00Z', '2027-01-01T00:00:00+05:30', '1970-01-01T00:00:00.000Z');
    case 'email':
      return fc.constantFrom('a@example.test', 'ä@example.test', `${'x'.repeat(60)}@example.test`);
    case 'uri':
      return fc.constantFrom('https://example.test/a', 'http://127.0.0.1:1/', 'javascript:alert(1)');
    default:
      return fc.oneof(
        fc.constantFrom('Europe/Paris', 'en', 'fr', 'EUR', '10:00', '+33612345678', 'me', 'general practice'),
        fc.string({ maxLength: Math.min(maxLength, 200) }),
      );
  }
}
