import type { z } from 'zod';

/** A path is made of names that a client chose. */
const MAX_PATH_LENGTH = 100;

/** Which message was not taken, and what is wrong with it. */
export interface Refused {
  /** Its number, where it had one that can be read. */
  readonly id?: number;
  /** The field that is wrong, its steps separated by dots. */
  readonly path?: string;
}

/** What is said of a message that does not fit the schema. */
export interface Refusal {
  readonly text: string;
  readonly refused: Refused;
}

/** The number of a message that is refused before anybody has looked at it. */
export function refusedOf(raw: string): Refused {
  return { ...idIn(read(raw)) };
}

/** Says which field of a message is wrong. */
export function refusalOf(raw: string, schemaFor: (message: object) => z.ZodType): Refusal {
  const message = read(raw);
  if (!message) return { text: 'A message is one JSON object.', refused: {} };
  const [issue] = schemaFor(message).safeParse(message).error?.issues ?? [];
  const strange = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...strange].join('.').slice(0, MAX_PATH_LENGTH);
  return {
    text: `Not a message of this protocol: ${issue?.message.slice(0, 2 * MAX_PATH_LENGTH)}`,
    refused: { ...idIn(message), ...(path !== '' && { path }) },
  };
}

function read(raw: string): object | null {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function idIn(message: object | null): Refused {
  const { id } = (message ?? {}) as { id?: unknown };
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? { id } : {};
}
