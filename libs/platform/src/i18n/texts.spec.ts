import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ROOT } from '../root.ts';
import { LANGUAGES, Translator } from './translator.ts';

/** i18next appends the plural category to a key, and languages differ in how many they have. */
const PLURAL = /_(zero|one|two|few|many|other)$/;

interface Text {
  readonly key: string;
  readonly places: string;
}

const byName = (a: string, b: string) => a.localeCompare(b);

function textsOf(catalogue: object, prefix = ''): Text[] {
  return Object.entries(catalogue).flatMap(([name, value]: [string, unknown]) => {
    const key = `${prefix}${name.replace(PLURAL, '')}`;
    if (typeof value !== 'string') return textsOf(value as object, `${key}.`);
    const places = [...value.matchAll(/\{\{\s*(\w+)/g)].map(([, place]) => place ?? '');
    return [{ key, places: [...new Set(places)].toSorted(byName).join(' ') }];
  });
}

function leavesOf(catalogue: object, prefix = ''): string[] {
  return Object.entries(catalogue).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string' ? [`${prefix}${name}`] : leavesOf(value as object, `${prefix}${name}.`),
  );
}

const keysOf = (catalogue: object) => [...new Set(textsOf(catalogue).map(({ key }) => key))].toSorted(byName);

describe('the texts', () => {
  const libraries = globSync('libs/*/texts', { cwd: ROOT });

  for (const library of libraries) {
    const [english, ...others] = LANGUAGES.map(
      (language) => JSON.parse(readFileSync(join(ROOT, library, `${language}.json`), 'utf8')) as object,
    );
    it(`of ${library} are the same in each language, with the same places for values`, () => {
      const places = new Map(textsOf(english as object).map((text) => [text.key, text.places]));
      for (const other of others) {
        expect(keysOf(other)).toEqual(keysOf(english as object));
        for (const text of textsOf(other))
          expect(text).toEqual({ key: text.key, places: places.get(text.key) });
      }
    });
    for (const [index, language] of LANGUAGES.entries()) {
      it(`of ${library} have every plural form of ${language}`, () => {
        const names = leavesOf([english as object, ...others][index] ?? {});
        const counted = new Set(
          names.filter((name) => PLURAL.test(name)).map((name) => name.replace(PLURAL, '')),
        );
        const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
        for (const name of counted) {
          expect(names).toEqual(expect.arrayContaining(forms.map((form) => `${name}_${form}`)));
        }
      });
    }
  }

  it('fall back on English for a language that nobody translated to, and know their keys', () => {
    const translator = new Translator();
    expect(() => translator.text('en', 'nobody:nothing')).toThrow('No text `nobody:nothing`.');
    expect(translator.text('tlh', 'platform:languages.en')).toBe('English');
    expect(translator.text('fr-CA', 'platform:languages.en')).toBe('Anglais');
  });
});
