import type { Money } from '#kernel';
import { localDate, localDateTime, localMoney, shortDateTime, type Translator } from '#platform';

/** How a reader is spoken to: in their language, with their way to write dates and amounts. */
export class Voice {
  constructor(
    private readonly translator: Translator,
    private readonly language: string,
  ) {}

  text(key: string, values?: Readonly<Record<string, string>>): string {
    return this.translator.text(this.language, `notifications:${key}`, values);
  }

  /** `Tuesday, 3 March 2026 at 14:00 (Asia/Kolkata)` */
  when(instant: Temporal.Instant, timeZone: string): string {
    return localDateTime(this.language, instant, timeZone);
  }

  /** `Tue 3 Mar, 14:00` */
  shortly(instant: Temporal.Instant, timeZone: string): string {
    return shortDateTime(this.language, instant, timeZone);
  }

  /** `Tuesday, 3 March 2026` */
  day(date: Temporal.PlainDate): string {
    return localDate(this.language, date);
  }

  price(amount: Money): string {
    return localMoney(this.language, amount);
  }
}
