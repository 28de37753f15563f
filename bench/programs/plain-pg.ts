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

type Bindings = Readonly<Record<string, string>>;

type Command =
  | { readonly plain: 'load'; readonly statements: readonly Statement[]; readonly operations: Bindings[] }
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

function bind({ text, values }: Statement, index: number, bindings: Bindings): Bound {
  const fill = (place: string) => place.replace(/\{\{(\w+)\}\}/g, (_, name: string) => bindings[name] ?? '');
  return {
    name: prepared ? `statement${index}` : undefined,
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
    const { statements, operations: bindings } = command;
    operations = bindings.map((own) => statements.map((statement, index) => bind(statement, index, own)));
    process.send?.({ plain: 'load' });
  } else if (command.plain === 'run') {
    await runAll();
    process.send?.({ plain: 'run' });
  }
});
process.send?.({ plain: 'ready', url });
