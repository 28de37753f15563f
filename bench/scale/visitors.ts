import pg from 'pg';
import { TokenIssuer } from '#auth';
import { newId, SystemClock } from '#kernel';
import type { Config } from '#platform';

/** How many of each kind ask. */
const COUNT = 50;

/** Somebody who is logged in. */
export interface Visitor {
  /** The doctor's profile or the patient's chart. */
  readonly id: string;
  readonly accessToken: string;
}

export interface Visitors {
  readonly doctors: readonly Visitor[];
  readonly patients: readonly Visitor[];
}

/** Logs in some doctors and patients of a database, as the superuser. */
export async function logIn(superuserUrl: string, config: Config): Promise<Visitors> {
  const client = new pg.Client(superuserUrl);
  await client.connect();
  const issuer = new TokenIssuer(config, new SystemClock());
  const some = async (table: 'doctors' | 'patients'): Promise<Visitor[]> => {
    const { rows } = await client.query<{ id: string; userId: string }>(
      `select id, user_id as "userId" from ${table} order by md5(id::text) limit ${COUNT}`,
    );
    const visitors: Visitor[] = [];
    for (const { id, userId } of rows) {
      const sessionId = newId();
      await client.query(
        `insert into sessions (id, user_id, origin, created_at, last_used_at, expires_at) values ($1, $2, 'password', now(), now(), now() + interval '1 day')`,
        [sessionId, userId],
      );
      visitors.push({ id, accessToken: await issuer.issue({ userId, sessionId }) });
    }
    return visitors;
  };
  try {
    return { doctors: await some('doctors'), patients: await some('patients') };
  } finally {
    await client.end();
  }
}
