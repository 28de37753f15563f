import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { phoneInvalid } from '../auth.errors.ts';

/**
 * A number as the network knows it (E.164), without the spaces and signs that people write.
 * @throws invalid `phone_invalid` for a number that no country gives out
 */
export function phoneNumber(text: string): string {
  const number = parsePhoneNumberFromString(text, { extract: false });
  if (!number?.isValid()) throw phoneInvalid();
  return number.number;
}
