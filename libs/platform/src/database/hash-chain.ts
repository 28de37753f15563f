import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';

/** Where a chain no longer agrees with itself. */
export interface ChainBreak {
  readonly chain: string;
  readonly sequence: number;
  readonly problem: 'row_changed' | 'row_missing' | 'row_inserted' | 'tail_missing';
}

interface Place {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: Uint8Array;
}

interface Link extends Place {
  readonly previousHash: Uint8Array;
  readonly isIntact: boolean;
}

const LINKS_AT_ONCE = 5000;
const NOWHERE: Place = {
  chain: '00000000-0000-0000-0000-000000000000',
  sequence: 0,
  hash: new Uint8Array(),
};

/**
 * Recomputes the chains of a trail (`hash_chains`), a part at a time, and compares them with their heads. An
 * empty answer means that nothing was touched.
 *
 * @param links a query of `chain`, `sequence`, `hash`, `previous_hash`, and `expected`: the hash of what the row
 *   says now
 */
export async function chainBreaks(
  database: Database,
  trail: string,
  links: RawBuilder<unknown>,
): Promise<ChainBreak[]> {
  const heads = new Map<string, { length: number; head: Uint8Array }>();
  for (const { chain, ...head } of await headsOf(database, trail)) heads.set(chain, head);
  const breaks: ChainBreak[] = [];
  const ends = new Map<string, Place>();
  let last = NOWHERE;
  for (;;) {
    const part = await linksAfter(database, links, last);
    for (const link of part) {
      const before = link.chain === last.chain ? last : NOWHERE;
      const problem = problemOf(link, before);
      if (problem) breaks.push({ chain: link.chain, sequence: link.sequence, problem });
      ends.set(link.chain, link);
      last = link;
    }
    if (part.length < LINKS_AT_ONCE) break;
  }
  for (const [chain, { length, head }] of heads) {
    const end = ends.get(chain);
    if (end && end.sequence > length) {
      breaks.push({ chain, sequence: length + 1, problem: 'row_inserted' });
    } else if (end?.sequence !== length || Buffer.compare(end.hash, head) !== 0) {
      breaks.push({ chain, sequence: length, problem: 'tail_missing' });
    }
  }
  for (const chain of ends.keys()) {
    if (!heads.has(chain)) breaks.push({ chain, sequence: 1, problem: 'row_inserted' });
  }
  return breaks.toSorted((a, b) => a.chain.localeCompare(b.chain) || a.sequence - b.sequence);
}

function problemOf({ sequence, previousHash, isIntact }: Link, before: Place): ChainBreak['problem'] | null {
  if (sequence !== before.sequence + 1) return 'row_missing';
  return isIntact && Buffer.compare(previousHash, before.hash) === 0 ? null : 'row_changed';
}

async function headsOf(database: Database, trail: string) {
  return database.query
    .selectFrom('hashChains')
    .select(['chain', 'length', 'head'])
    .where('trail', '=', trail)
    .execute();
}

async function linksAfter(database: Database, links: RawBuilder<unknown>, { chain, sequence }: Place) {
  const { rows } = await sql<Link>`
    select chain, sequence, hash, previous_hash, hash = expected as is_intact from (${links}) link
    where (chain, sequence) > (${chain}, ${sequence}) order by chain, sequence limit ${LINKS_AT_ONCE}`.execute(
    database.query,
  );
  return rows;
}
