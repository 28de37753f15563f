import { createHash } from 'node:crypto';
import pg from 'pg';

/** How many statements are prepared; what comes after stays unprepared, for example lists of many lengths. */
const MAX_STATEMENTS = 500;

const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_STATEMENTS) return known;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 24);
  names.set(text, name);
  return name;
}

type Query = (what: string | pg.QueryConfig, values?: unknown[]) => Promise<pg.QueryResult>;

/**
 * A connection that prepares the statements it is given with parameters, under a name made from the text:
 * PostgreSQL then plans a statement once for a connection, and not with each call. Planning is most of the
 * time of a short read over several tables.
 */
export class PreparingClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const send = (what: string | pg.QueryConfig, values?: unknown[]) =>
      (pg.Client.prototype.query as Query).call(this, what, values);
    const query: Query = (what, values) => {
      if (typeof what !== 'string' || !values?.length) return send(what, values);
      return send({ text: what, values, name: nameOf(what) });
    };
    this.query = query as typeof this.query;
  }
}
