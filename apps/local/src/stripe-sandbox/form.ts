import { z } from 'zod';
import { refusedParameter } from './errors.ts';

/** Form-encoded input once its brackets are folded: `metadata[a]=1` is `{ metadata: { a: '1' } }`. */
export interface Form {
  [name: string]: FormValue;
}
type FormValue = string | FormValue[] | Form;

/** Reads `a=1&b[c]=2&d[]=3&e[0]=4`, which is how Stripe's clients write both bodies and queries. */
export function parseForm(text: string): Form {
  const root = emptyForm();
  for (const [name, value] of new URLSearchParams(text)) {
    const path = pathOf(name);
    const last = path.pop() as string;
    let at = root;
    for (const part of path) {
      let next = at[part];
      if (typeof next !== 'object' || Array.isArray(next)) at[part] = next = emptyForm();
      at = next;
    }
    // `d[]=3` takes the next free place of its list.
    at[last === '' ? Object.keys(at).length : last] = value;
  }
  for (const [name, value] of Object.entries(root)) root[name] = foldLists(value);
  return root;
}

/** Checks a form as Stripe does: unknown, missing and malformed parameters are told apart by `code`. */
export function readForm<T>(schema: z.ZodType<T>, form: Form): T {
  const result = schema.safeParse(form);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const param = bracketed([...path, issue.keys[0] as string]);
    throw refusedParameter(
      `Received unknown parameter: ${param}. This sandbox knows only the parts in use.`,
      {
        code: 'parameter_unknown',
        param,
      },
    );
  }
  const param = bracketed(path);
  if (valueAt(form, path) === undefined) {
    throw refusedParameter(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
  const code = issue.message.startsWith('parameter_') ? issue.message : undefined;
  throw refusedParameter(`Invalid ${param}: ${code ?? issue.message}`, { code, param });
}

export const text = z.string({ error: 'must be a string' }).min(1, 'parameter_invalid_empty');
export const integer = z
  .string({ error: 'parameter_invalid_integer' })
  .regex(/^-?\d{1,15}$/, 'parameter_invalid_integer')
  .transform(Number);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const url = z.url({ protocol: /^https?$/, error: 'url_invalid' });
/** At most 50 keys of 40 characters with values of 500; an empty value means none. */
export const metadata = z
  .record(z.string().max(40), z.string().max(500))
  .refine((entries) => Object.keys(entries).length <= 50, 'at most 50 keys')
  .transform((entries) => Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== '')));

function emptyForm(): Form {
  // Without a prototype, so that `__proto__[x]=1` is a key like any other.
  return Object.create(null) as Form;
}

/** `a[b][]` is `['a', 'b', '']`. */
function pathOf(name: string): [string, ...string[]] {
  const bracket = name.indexOf('[');
  if (bracket < 1 || !name.endsWith(']')) return [name];
  return [name.slice(0, bracket), ...name.slice(bracket + 1, -1).split('][')];
}

function foldLists(value: FormValue): FormValue {
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, foldLists(inner)] as const);
  if (entries.every(([name], index) => name === String(index))) return entries.map(([, inner]) => inner);
  return Object.fromEntries(entries);
}

function bracketed([first, ...rest]: string[]): string {
  return `${first}${rest.map((part) => `[${part}]`).join('')}`;
}

function valueAt(form: Form, path: string[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Form | undefined)?.[part], form);
}
