import type { Dialect } from '../surface.ts';
import { marketplace } from './marketplace.ts';

const DIALECTS: readonly Dialect[] = [marketplace];

/** The surface that a path belongs to. Paths outside all of them (health, documents) speak the first one. */
export function dialectOf(path: string): Dialect {
  return DIALECTS.find((dialect) => path.startsWith(dialect.prefix)) ?? marketplace;
}
