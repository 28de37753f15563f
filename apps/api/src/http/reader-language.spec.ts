import { describe, it } from 'node:test';
import { expect } from 'expect';
import { languageOf } from './reader-language.decorator.ts';

describe('the language of a page', () => {
  it('is the one of the address, then the most wanted that there is, then English', () => {
    expect(languageOf('fr', 'hi')).toBe('fr');
    expect(languageOf('', 'de, es;q=0.5, hi-IN;q=0.8')).toBe('hi');
    expect(languageOf('', 'fr-CA')).toBe('fr');
    expect(languageOf('', 'fr;q=0, es;q=0.1')).toBe('es');
    expect(languageOf('tlh', '*')).toBe('en');
    expect(languageOf('', ';;,q=,,')).toBe('en');
  });
});
