import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { duplicateName } from './duplicate-name.ts';

describe('a name that stands twice', () => {
  it('is found in whatever object it is, also when it is written otherwise', () => {
    for (const json of [
      '{"a":1,"a":2}',
      '{"a":1,"b":{"c":[1,{"a":2}]},"a":3}',
      '[0,{"x":"a","a":1,"\\u0061":2}]',
      '{"a":{"a":1},"b":[{"a":1,"b":",","a":[]}]}',
      ' { "a" : "\\"" , "b" : "\\\\" , "a" : {} } ',
    ]) {
      expect([json, duplicateName(json)]).toEqual([json, 'a']);
    }
  });

  it('is not the same name in another object, nor a value', () => {
    for (const json of [
      '{"a":"a","b":["a","a",{"a":"b"}],"c":{"a":1}}',
      '[{"a":1},{"a":1},"a","a"]',
      '{"a":"\\",\\"a\\":","b":"{\\"b\\":1}"}',
      '"text"',
      '1e9',
      '{}',
      '[]',
    ]) {
      expect([json, duplicateName(json)]).toEqual([json, undefined]);
    }
  });

  it('is never in what JSON.stringify writes, and always in an object with one more', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, name) => {
        expect(duplicateName(JSON.stringify(value, null, 1))).toBeUndefined();
        const key = JSON.stringify(name);
        const twice = `[${JSON.stringify(value)},{${key}:${JSON.stringify(value)},${key}:0}]`;
        expect(duplicateName(twice)).toBe(JSON.parse(key));
      }),
    );
  });
});
