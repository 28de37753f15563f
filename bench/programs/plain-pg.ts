// The limit of a path that ends in PostgreSQL: the statements that the API sends, by plain `pg`, without
// anything around them; and the same behind a bare Fastify route. With PREPARED=1 each connection lets
// PostgreSQL parse and plan a statement once.
import Fastify from 'fastify';
import pg from 'pg';

/** A value with `{{name}}` where each operation puts its own. */
interface Statement {
  readonly text: string;
  readonly values: readonly (string | Uint8Array | null)[];
}

interface Bound {
  readonly name: string | undefined;
  readonly text: string;
  readonly values: (string | Buffer | null)[];
}

type Values = Readonly<Record<string, string>>;

type Command =
  | {
      readonly plain: 'load';
      /** By the kind of the operation. */
      readonly scripts: Readonly<Record<string, readonly Statement[]>>;
      readonly operations: { readonly kind: string; readonly values: Values }[];
    }
  | { readonly plain: 'run' };

const connectionString = process.env['DATABASE_URL'];
const prepared = process.env['PREPARED'] === '1';
const connections = Number(process.env['CONNECTIONS']);
const pool = new pg.Pool({
  connectionString,
  max: connections,
  options: '-c televisit.scope=platform',
});
/** The statements of each operation, with its values. */
let operations: readonly Bound[][] = [];

function bind({ text, values }: Statement, name: string, own: Values): Bound {
  const fill = (place: string) => place.replace(/\{\{(\w+)\}\}/g, (_, name: string) => own[name] ?? '');
  return {
    name: prepared ? name : undefined,
    text,
    values: values.map((value) => {
      if (value === null) return null;
      if (typeof value === 'string') return fill(value);
      return Buffer.from(fill(Buffer.from(value).toString('latin1')), 'latin1');
    }),
  };
}

async function perform(client: pg.PoolClient, statements: readonly Bound[]): Promise<unknown> {
  let row: unknown;
  for (const statement of statements) {
    const { rows } = await client.query(statement);
    row = rows[0] ?? row;
  }
  return row;
}

async function runAll(): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await pool.connect();
      while (next < operations.length) await perform(client, operations[next++] as Bound[]);
      client.release();
    }),
  );
}

const fastify = Fastify();
fastify.all<{ Params: { index: string } }>('/:index', async ({ params }) => {
  const client = await pool.connect();
  try {
    return { data: (await perform(client, operations[Number(params.index)] as Bound[])) ?? null };
  } finally {
    client.release();
  }
});
const url = await fastify.listen({ host: '127.0.0.1', port: 0 });

process.on('message', async (command: Command) => {
  if (command.plain === 'load') {
    const { scripts } = command;
    operations = command.operations.map(({ kind, values }) =>
      (scripts[kind] ?? []).map((statement, index) => bind(statement, `${kind}${index}`, values)),
    );
    process.send?.({ plain: 'load' });
  } else if (command.plain === 'run') {
    await runAll();
    process.send?.({ plain: 'run' });
  }
});
process.send?.({ plain: 'ready', url });
