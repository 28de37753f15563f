import { randomUUIDv7 } from 'node:crypto';

/** A new identifier: a UUIDv7, so that rows of one table sort by when they were made. */
export function newId(): string {
  return randomUUIDv7();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isId(text: string): boolean {
  return UUID.test(text);
}
