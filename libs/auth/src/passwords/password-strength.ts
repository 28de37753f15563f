import { passwordTooWeak } from '../auth.errors.ts';

export const MIN_PASSWORD_LENGTH = 10;

/** How much must be left of a password without the words that everybody can know of a person. */
const MIN_IMPERSONAL = 8;
const MIN_DIFFERENT = 5;

/** Passwords of ten characters and more that every list of leaked ones begins with. */
const COMMON = new Set([
  '0123456789',
  '0987654321',
  '1020304050',
  '1029384756',
  '1122334455',
  '11223344556',
  '1234512345',
  '1234554321',
  '123456789',
  '1234567890',
  '12345678900',
  '12345678901',
  '123456789012',
  '1234567891',
  '12345678910',
  '123456789a',
  '123456789q',
  '123123123123',
  '1234qwerasdf',
  '1q2w3e4r5t',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  '1qazxsw23edc',
  '3rjs1la7qe',
  '9876543210',
  'a123456789',
  'abc1234567',
  'abcd123456',
  'abcdefghij',
  'administrator',
  'alexander1',
  'asdfasdfasdf',
  'asdfghjkl1',
  'asdfghjkl;',
  'aa12345678',
  'basketball',
  'changeme123',
  'chelsea123',
  'christopher',
  'football123',
  'helloworld',
  'iloveyou12',
  'iloveyou123',
  'letmein123',
  'liverpool1',
  'manchester',
  'michael123',
  'passw0rd123',
  'password00',
  'password01',
  'password10',
  'password11',
  'password12',
  'password123',
  'password1234',
  'password12345',
  'password123!',
  'password99',
  'password1!',
  'passwordpassword',
  'princess123',
  'q1w2e3r4t5',
  'q1w2e3r4t5y6',
  'qazwsxedc1',
  'qazwsxedcrfv',
  'qwer123456',
  'qwerty1234',
  'qwerty12345',
  'qwerty123456',
  'qwertyuiop',
  'qwertyuiop1',
  'qwertyuiop123',
  'qwertyuiop[]',
  'qwertzuiop',
  'azertyuiop',
  'sunshine123',
  'superman123',
  'thomas1234',
  'welcome123',
  'welcome1234',
  'whatever123',
  'zaq12wsxcde3',
  'zxcvbnm123',
  'zxcvbnm,./',
  'doctor1234',
  'doctor12345',
  'patient123',
  'televisit1',
  'televisit123',
  'hospital123',
]);

/** What everybody can know of a person. */
export interface KnownOfPerson {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export type Weakness = 'too_short' | 'common' | 'monotonous' | 'personal';

/** @throws invalid `password_too_weak`, with the reason in its details */
export function requireStrong(password: string, person: KnownOfPerson): void {
  const reason = weaknessOf(password, person);
  if (reason) throw passwordTooWeak(reason);
}

/**
 * Length is what counts (NIST SP 800-63B, section 3.1.1): no rules about digits and signs, but nothing that
 * is guessed first.
 */
export function weaknessOf(password: string, person: KnownOfPerson): Weakness | null {
  const folded = password.toLowerCase();
  // Characters and not units of UTF-16, of which an emoji has several.
  if (Array.from(folded).length < MIN_PASSWORD_LENGTH) return 'too_short';
  if (COMMON.has(folded)) return 'common';
  if (new Set(folded).size < MIN_DIFFERENT) return 'monotonous';
  return withoutWordsOf(person, folded).length < MIN_IMPERSONAL ? 'personal' : null;
}

function withoutWordsOf({ email, firstName, lastName }: KnownOfPerson, folded: string): string {
  const words = [email, ...email.split(/[@.]/), firstName, lastName]
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word.length > 2)
    .toSorted((a, b) => b.length - a.length);
  return words.reduce((rest, word) => rest.replaceAll(word, ''), folded);
}
