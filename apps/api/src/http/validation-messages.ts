import type { z } from 'zod';

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  date: 'a date',
};

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'a UUID',
  guid: 'a UUID',
  email: 'an email address',
  url: 'a URL',
  date: 'a date, YYYY-MM-DD',
  datetime: 'an instant with its offset, such as 2026-03-01T10:00:00Z',
  time: 'a time of day, HH:MM',
  base64: 'Base64',
  base64url: 'Base64url',
};

/** What is counted, where it is not the value itself. */
const UNITS: Readonly<Record<string, string>> = {
  string: ' characters',
  array: ' items',
  set: ' items',
  map: ' items',
};

/** What is wrong with a field, in the words of the rest of the API: said where the schema says nothing better. */
export const validationMessage: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'Is required.'
        : `Must be ${TYPES[issue.expected] ?? issue.expected}.`;
    case 'invalid_value':
      return issue.input === undefined ? 'Is required.' : oneOf(issue.values);
    case 'invalid_format':
      return `Must be ${FORMATS[issue.format] ?? 'in the described form'}.`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'Must not be empty.';
      return `Must ${bound(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum)}.`;
    case 'too_big':
      return `Must ${bound(issue.origin, issue.inclusive ? 'at most' : 'less than', issue.maximum)}.`;
    case 'not_multiple_of':
      return `Must be a multiple of ${issue.divisor}.`;
    case 'unrecognized_keys':
      return `Has unknown fields: ${issue.keys.join(', ')}.`;
    case 'invalid_union':
      return Array.isArray(issue['options']) ? oneOf(issue['options']) : 'Has none of the described forms.';
    case 'invalid_key':
      return 'Has a name that is not allowed.';
    default:
      return 'Is not valid.';
  }
};

function oneOf(values: readonly unknown[]): string {
  return `Must be ${values.length > 1 ? 'one of ' : ''}${values.map(String).join(', ')}.`;
}

function bound(origin: string, comparison: string, limit: number | bigint): string {
  const unit = UNITS[origin];
  return unit ? `have ${comparison} ${limit}${unit}` : `be ${comparison} ${limit}`;
}
