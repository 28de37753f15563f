// The limit of a path that ends in PostgreSQL: the statements that the API sends, by plain `pg`, without
// anything around them; and the same behind a bare Fastify route.
import Fastify from 'fastify';
import pg from 'pg';

/** A value with `{{name}}` where each operation puts its own. */
interface Statement {
  readonly text: string;
  readonly values: readonly (string | Uint8Array | null)[];
}

type Bindings = Readonly<Record<string, string>>;

type Command =
  | { readonly plain: 'load'; readonly statements: readonly Statement[]; readonly operations: Bindings[] }
  | { readonly plain: 'run' };

const connectionString = process.env['DATABASE_URL'];
const connections = Number(process.env['CONNECTIONS']);
const pool = new pg.Pool({
  connectionString,
  max: connections,
  options: '-c televisit.scope=platform',
});
let statements: readonly Statement[] = [];
let operations: readonly Bindings[] = [];

function bind(value: string | Uint8Array | null, bindings: Bindings): string | Buffer | null {
  if (value === null) return null;
  const text = typeof value === 'string' ? value : Buffer.from(value).toString();
  const bound = text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => bindings[name] ?? '');
  return typeof value === 'string' ? bound : Buffer.from(bound);
}

async function perform(client: pg.PoolClient, bindings: Bindings): Promise<unknown> {
  let row: unknown;
  for (const { text, values } of statements) {
    const { rows } = await client.query(
      text,
      values.map((value) => bind(value, bindings)),
    );
    row = rows[0] ?? row;
  }
  return row;
}

async function runAll(): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await pool.connect();
      while (next < operations.length) await perform(client, operations[next++] as Bindings);
      client.release();
    }),
  );
}

const fastify = Fastify();
fastify.all<{ Params: { index: string } }>('/:index', async ({ params }) => {
  const client = await pool.connect();
  try {
    return { data: (await perform(client, operations[Number(params.index)] as Bindings)) ?? null };
  } finally {
    client.release();
  }
});
const url = await fastify.listen({ host: '127.0.0.1', port: 0 });

process.on('message', async (command: Command) => {
  if (command.plain === 'load') {
    ({ statements, operations } = command);
    process.send?.({ plain: 'load' });
  } else if (command.plain === 'run') {
    await runAll();
    process.send?.({ plain: 'run' });
  }
});
process.send?.({ plain: 'ready', url });
