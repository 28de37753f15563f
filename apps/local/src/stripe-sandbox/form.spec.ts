import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { parseForm } from './form.ts';

/** As the client writes nested parameters: `a[b][0]=…`. */
function write(value: unknown, name: string): string[] {
  if (typeof value !== 'object' || value === null) {
    return [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`];
  }
  return Object.entries(value).flatMap(([key, inner]) => write(inner, `${name}[${key}]`));
}

describe('parseForm', () => {
  it('folds brackets into objects and lists', () => {
    expect(parseForm('a=1&b[c][d]=2&e[]=x&e[]=y&f[0]=p&f[1]=q&g=')).toEqual({
      a: '1',
      b: { c: { d: '2' } },
      e: ['x', 'y'],
      f: ['p', 'q'],
      g: '',
    });
    expect(parseForm('')).toEqual({});
    expect(parseForm('a+b%5Bc%5D=1+2')).toEqual({ 'a b': { c: '1 2' } });
  });

  it('cannot reach a prototype', () => {
    parseForm('__proto__[polluted]=1&a[__proto__][polluted]=1&a[constructor][prototype][polluted]=1');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('reads back whatever the client wrote', () => {
    const key = fc.stringMatching(/^[a-z_][a-z0-9_ .]{0,8}$/);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.array(fc.string(), { minLength: 1, maxLength: 12 }),
        fc.dictionary(key, tie('tree'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree, { noNullPrototype: true }), (form) => {
        const text = Object.entries(form)
          .flatMap(([name, value]) => write(value, name))
          .join('&');
        expect({ ...parseForm(text) }).toEqual(form);
      }),
    );
  });
});
