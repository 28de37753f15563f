import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { createInstance, type i18n } from 'i18next';
import { ROOT } from '../root.ts';

/** The languages that people are written to in; the first is for everybody else. */
export const LANGUAGES = ['en', 'hi', 'fr', 'es'] as const;

/**
 * The words that the server sends to people. Each library keeps its own in `texts/<language>.json`; a key
 * begins with the library's name: `auth:phone_code.sms`.
 */
@Injectable()
export class Translator {
  readonly #texts: i18n = createInstance();

  constructor() {
    void this.#texts.init({
      initAsync: false,
      fallbackLng: LANGUAGES[0],
      supportedLngs: LANGUAGES,
      nonExplicitSupportedLngs: true,
      resources: catalogues(),
      // What is written is plain text; a page escapes what it shows.
      interpolation: { escapeValue: false },
    });
  }

  /**
   * @param language of the reader, as an ISO 639 code
   * @throws Error for a key that no catalogue has: a defect
   */
  text(language: string, key: string, values: Readonly<Record<string, unknown>> = {}): string {
    if (!this.#texts.exists(key, { lng: LANGUAGES[0], ...values })) throw new Error(`No text \`${key}\`.`);
    return this.#texts.t(key, { lng: language, ...values });
  }
}

type Catalogue = Record<string, Record<string, object>>;

/** What stands in `libs/<library>/texts/<language>.json`, by language and library. */
function catalogues(): Catalogue {
  const found: Catalogue = {};
  for (const path of globSync('libs/*/texts/*.json', { cwd: ROOT })) {
    const library = path.split(/[/\\]/)[1] as string;
    const language = basename(path, '.json');
    found[language] = {
      ...found[language],
      [library]: JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as object,
    };
  }
  return found;
}
