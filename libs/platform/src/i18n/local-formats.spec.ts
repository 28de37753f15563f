import { describe, it } from 'node:test';
import { expect } from 'expect';
import { money } from '#kernel';
import { localDateTime, localMoney, shortDateTime } from './local-formats.ts';

const instant = Temporal.Instant.from('2026-03-03T08:30:00Z');

describe('dates and amounts', () => {
  const dates = {
    en: ['Tuesday, 3 March 2026 at 14:00 (Asia/Kolkata)', 'Tue 3 Mar, 14:00'],
    hi: ['मंगलवार, 3 मार्च 2026 को 2:00 pm बजे (Asia/Kolkata)', 'मंगल, 3 मार्च, 2:00 pm'],
    fr: ['mardi 3 mars 2026 à 14:00 (Asia/Kolkata)', 'mar. 3 mars, 14:00'],
    es: ['martes, 3 de marzo de 2026, 14:00 (Asia/Kolkata)', 'mar, 3 mar, 14:00'],
  };
  for (const [language, [long, short]] of Object.entries(dates)) {
    it(`are written as in ${language}, in the reader’s zone`, () => {
      expect(localDateTime(language, instant, 'Asia/Kolkata')).toBe(long);
      expect(shortDateTime(language, instant, 'Asia/Kolkata')).toBe(short);
    });
  }

  it('keep the currency’s own decimals, exactly', () => {
    expect(localMoney('en', money(5000, 'EUR'))).toBe('EUR 50.00');
    expect(localMoney('fr', money(123_456, 'EUR'))).toBe('1 234,56 EUR');
    expect(localMoney('es', money(1250, 'KWD'))).toBe('1,250 KWD');
    expect(localMoney('hi', money(123_456_78, 'INR'))).toBe('INR 1,23,456.78');
    expect(localMoney('en', money(1250, 'JPY'))).toBe('JPY 1,250');
    expect(localMoney('en', money(Number.MAX_SAFE_INTEGER, 'USD'))).toBe('USD 90,071,992,547,409.91');
  });

  it('are British where nobody translated', () => {
    expect(localDateTime('de', instant, 'UTC')).toBe('Tuesday, 3 March 2026 at 08:30 (UTC)');
  });
});
