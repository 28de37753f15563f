import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Statement } from './measured-process.ts';
import type { Sample } from './race.ts';
import type { Bindings, Scripts } from './same-sql.ts';

const run = promisify(execFile);

/** Where each operation's kind and values lie; a transaction of pgbench begins by taking its own. */
const VALUES = 'bench_values';

/**
 * The same statements by PostgreSQL's own load generator, each client with statements prepared once: what the
 * database can do. Each transaction reads its values with one more statement, which counts against pgbench.
 *
 * @returns a run of one round, or `undefined` where the machine has no pgbench.
 */
export async function pgbench({
  databaseUrl,
  superuserUrl,
  scripts,
  clients,
}: {
  /** As whom the statements run. */
  readonly databaseUrl: string;
  readonly superuserUrl: string;
  readonly scripts: Scripts;
  readonly clients: number;
}): Promise<((operations: readonly Bindings[]) => Promise<Sample>) | undefined> {
  const isThere = await run('pgbench', ['--version']).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  return async (operations) => {
    const folder = await mkdtemp(join(tmpdir(), 'televisit-pgbench-'));
    const client = new pg.Client(superuserUrl);
    await client.connect();
    try {
      await client.query(
        `drop table if exists ${VALUES};
         create table ${VALUES} (operation int primary key, kind int, v text[]);
         grant select on ${VALUES} to public`,
      );
      const kinds = Object.keys(scripts);
      const rows = operations.map(({ kind, values }, operation) => ({
        operation,
        kind: kinds.indexOf(kind),
        v: (scripts[kind] ?? []).flatMap((statement) => texts(statement, values)),
      }));
      await client.query(
        `insert into ${VALUES} select operation, kind, v from jsonb_to_recordset($1::jsonb) as x(operation int, kind int, v text[])`,
        [JSON.stringify(rows)],
      );
      await client.query(`analyze ${VALUES}`);
      const file = join(folder, 'operation.sql');
      await writeFile(file, scriptOf(kinds.map((kind) => scripts[kind] ?? [])));
      const each = Math.floor(operations.length / clients);
      const began = performance.now();
      const options = [
        '-n',
        '-M',
        'prepared',
        '-f',
        file,
        '-c',
        String(clients),
        '-j',
        '1',
        '-t',
        String(each),
      ];
      const { stdout } = await run('pgbench', [...options, '-D', `each=${each}`, '-D', 'n=-1', databaseUrl], {
        env: { PATH: process.env['PATH'], PGOPTIONS: '-c televisit.scope=platform' },
      });
      const seconds = (performance.now() - began) / 1000;
      const rate = Number(/tps = ([\d.]+) \(without initial/.exec(stdout)?.[1]);
      if (!/ 0 \(0\.000%\)/.test(stdout)) throw new Error(`pgbench failed:\n${stdout}`);
      const done = each * clients;
      return {
        operations: done,
        seconds: Number.isFinite(rate) ? done / rate : seconds,
        cpuSeconds: Number.NaN,
      };
    } finally {
      await client.end();
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** One script for all kinds: each takes its own branch. */
function scriptOf(kinds: readonly (readonly Statement[])[]): string {
  const width = Math.max(...kinds.map((statements) => placesOf(statements).length));
  const columns = Array.from({ length: width }, (_, i) => `v[${i + 1}] as v${i + 1}`);
  const branches = kinds.map((statements, kind) => {
    let place = 0;
    const lines = statements.map(({ text, values }) => {
      const first = place;
      place += values.length;
      const bound = text.replace(/\$(\d+)/g, (_, number: string) => {
        const index = Number(number) - 1;
        return values[index] === null ? 'null' : `:v${first + index + 1}`;
      });
      return `${bound.replace(/\s+/g, ' ')};`;
    });
    return [`${kind === 0 ? '\\if' : '\\elif'} :kind = ${kind}`, ...lines].join('\n');
  });
  return [
    '\\set n :n + 1',
    '\\set operation :client_id * :each + :n',
    `select ${['kind', ...columns].join(', ')} from ${VALUES} where operation = :operation \\gset`,
    ...branches,
    '\\endif',
    '',
  ].join('\n');
}

const placesOf = (statements: readonly Statement[]) => statements.flatMap(({ values }) => values);

/** The parameters of a statement as an operation has them, in PostgreSQL's text form. */
function texts({ values }: Statement, own: Readonly<Record<string, string>>): string[] {
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => own[name] ?? '');
  return values.map((value) => {
    // Where it is null, it stands in the script.
    if (value === null) return '';
    if (typeof value === 'string') return fill(value);
    return `\\x${Buffer.from(fill(Buffer.from(value).toString('latin1')), 'latin1').toString('hex')}`;
  });
}
