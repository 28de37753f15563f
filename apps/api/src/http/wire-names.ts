/** Words of the domain for which people, and so the documents, have another one. */
const SYNONYMS: Readonly<Record<string, string>> = {
  practitioner: 'doctor',
  weekday: 'day_of_week',
  zone: 'time_zone',
};

/** A value that the domain names in its own words, such as the details of an error, in those of the wire. */
export function inWireNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWireNames);
  // An instant, or another value that says itself how it is written.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [wireName(name), inWireNames(inner)]),
  );
}

function wireName(name: string): string {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return SYNONYMS[snake] ?? snake.replace(/^practitioner_/, 'doctor_');
}
