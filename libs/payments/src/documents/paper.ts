import type { Money } from '#kernel';
import { localMoney, type Translator } from '#platform';

/** A row of a paper: a day or nothing, what it is about, and up to three amounts. */
export type PaperRow = readonly [day: string, what: string, ...amounts: string[]];

/** Everything that stands on a paper about money, in the words of its reader. It never names what a visit was about. */
export interface Paper {
  readonly language: string;
  /** Where paper is US Letter instead of A4. */
  readonly isLetter: boolean;
  readonly title: string;
  readonly author: string;
  readonly issuedAt: Temporal.Instant;
  /** What is said of it as a whole; a value may have several lines. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly header: PaperRow;
  readonly rows: readonly PaperRow[];
  /** Below the rows: what the amounts come to, the last one in strong letters. */
  readonly totals: readonly (readonly [name: string, amount: string])[];
  readonly footer: (page: number, pages: number) => string;
}

/** The language of one reader. */
export class Words {
  constructor(
    private readonly translator: Translator,
    readonly language: string,
  ) {}

  /** @param key below `payments:` */
  text(key: string, values?: Readonly<Record<string, string | number>>): string {
    return this.translator.text(this.language, `payments:${key}`, values);
  }

  amount(of: Money): string {
    return localMoney(this.language, of);
  }

  /** Days are written `2026-03-09`, which nobody can read the wrong way round. */
  day(instant: Temporal.Instant, timeZone: string): string {
    return instant.toZonedDateTimeISO(timeZone).toPlainDate().toString();
  }
}

/** Whether letters are written on US Letter there. */
export function usesLetter(country: string): boolean {
  return country === 'US' || country === 'CA';
}
