import { CompiledQuery } from 'kysely';
import pg from 'pg';
import { Database } from '#platform';
import type { TestApp } from './app.ts';

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A statement as the running server sent it, with its plans. */
export interface Planned {
  readonly text: string;
  /** For the values it was sent with, and for any: a connection that prepared it comes to use either. */
  readonly plans: readonly string[];
}

/** The statements on `table` that the server sends during `work`, and how PostgreSQL answers them. */
export async function plansOf(app: TestApp, table: string, work: () => Promise<unknown>): Promise<Planned[]> {
  const statements = (await recorded(work)).filter(({ text }) =>
    new RegExp(`^\\s*select.*\\b(from|join) "?${table}\\b`, 's').test(text),
  );
  const { query } = app.nest.get(Database);
  const explained = async (how: string, text: string, values: readonly unknown[]) => {
    const { rows } = await query.executeQuery<Record<string, string>>(
      CompiledQuery.raw(`explain ${how} ${text}`, [...values]),
    );
    return rows.flatMap((row) => Object.values(row)).join('\n');
  };
  return Promise.all(
    statements.map(async ({ text, values }) => ({
      text,
      plans: [await explained('', text, values), await explained('(generic_plan)', text, [])],
    })),
  );
}

/** What every connection of this process is asked during `work`. */
async function recorded(work: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const query = Object.getOwnPropertyDescriptor(pg.Client.prototype, 'query') as PropertyDescriptor;
  Object.defineProperty(pg.Client.prototype, 'query', {
    ...query,
    value(this: pg.Client, ...args: unknown[]): unknown {
      const [what, given] = args;
      const { text, values } =
        typeof what === 'string' ? { text: what, values: undefined } : (what as pg.QueryConfig);
      statements.push({ text, values: (given as unknown[] | undefined) ?? values ?? [] });
      return query.value.apply(this, args);
    },
  });
  try {
    await work();
  } finally {
    Object.defineProperty(pg.Client.prototype, 'query', query);
  }
  return statements;
}
