import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'expect';
import { Client } from 'pg';
import { freePort } from '../ports.ts';
import { processStart } from '../process-identity.ts';
import { serverOn, waitForFormerServer } from './former-server.ts';
import { own, type Place } from './place.ts';
import { type PostgresServer, startPostgres, urlFor } from './postgres.ts';
import { APP_ROLE, DATABASE, ensureDatabase, OWNER_ROLE } from './roles.ts';

describe('the embedded PostgreSQL', () => {
  const superuserPassword = 'secret-of-the-superuser';
  let place: Place;
  let data: string;
  let port: number;

  before(async () => {
    place = await own(await mkdtemp(join(tmpdir(), 'televisit-postgres-')));
    data = join(place.home, 'data');
    port = await freePort();
  });
  after(() => rm(place.home, { recursive: true, force: true }));

  function start(settings: Record<string, string> = {}): Promise<PostgresServer> {
    return startPostgres({ place, port, superuserPassword, durable: false, settings });
  }

  async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('starts, keeps its data over a restart, and leaves no process behind', async () => {
    const first = await start();
    const [row] = await query(
      first.superuserUrl,
      `select current_setting('server_encoding') as encoding, datlocprovider as provider, datlocale as locale
         from pg_database where datname = 'template1'`,
    );
    expect(row).toEqual({ encoding: 'UTF8', provider: 'b', locale: 'C.UTF-8' });
    await query(first.superuserUrl, 'create table kept as select 42 as answer');
    expect(await serverOn(data)).toBeDefined();
    await first.stop();
    expect(await serverOn(data)).toBeUndefined();

    const second = await start();
    expect(await query(second.superuserUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('admits nobody without the password', async () => {
    const server = await start();
    const stranger = urlFor({ user: 'postgres', password: 'guess', port });
    await expect(query(stranger, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    await server.stop();
  });

  it('makes an owner and an app role that owns nothing, and may be asked again', async () => {
    const server = await start();
    await ensureDatabase(server.superuserUrl, { owner: 'owner-secret', app: 'app-secret' });
    await ensureDatabase(server.superuserUrl, { owner: 'owner-secret', app: 'app-secret' });
    const at = (user: string, password: string) => urlFor({ user, password, port, database: DATABASE });
    await query(at(OWNER_ROLE, 'owner-secret'), 'create extension btree_gist; create table visits ()');
    const app = at(APP_ROLE, 'app-secret');
    const attributes =
      'select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user';
    expect(await query(app, attributes)).toEqual([
      { rolsuper: false, rolbypassrls: false, rolcreaterole: false },
    ]);
    await expect(query(app, 'create table own ()')).rejects.toMatchObject({ code: '42501' });
    await expect(query(app, 'select * from visits')).rejects.toMatchObject({ code: '42501' });
    await server.stop();
  });

  it('ends with a process that was killed, and starts again at once', async () => {
    const holder = await startInAnotherProcess(place, port, superuserPassword);
    const pid = await serverOn(data);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    // At once, while the former server is still shutting down.
    const server = await start();
    expect(await query(server.superuserUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(await serverOn(data)).not.toBe(pid);
    await server.stop();
    expect(await processStart(pid ?? 0)).toBeUndefined();
  });

  it('recovers after the server itself was killed', async () => {
    const server = await start();
    process.kill((await serverOn(data)) ?? Number.NaN, 'SIGKILL');
    expect(await server.exited).toBe(128 + 9);
    const next = await start();
    expect(await query(next.superuserUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await next.stop();
  });

  it('does not take another program for its former server', async () => {
    const foreign = `${process.pid}\n${data}\n`;
    await writeFile(join(data, 'postmaster.pid'), foreign);
    expect(await serverOn(data)).toBeUndefined();
    await waitForFormerServer(data);
    expect(existsSync(join(data, 'postmaster.pid'))).toBe(false);
  });

  it('shows the end of the log when the server does not come up', async () => {
    const running = start({ shared_buffers: 'much' });
    await expect(running).rejects.toThrow(/shared_buffers/);
  });

  it('removes the files of a throw-away server when its process is killed', async () => {
    const home = await mkdtemp(join(tmpdir(), 'televisit-throw-away-'));
    const holder = await startInAnotherProcess(await own(home), await freePort(), 'x', true);
    holder.kill('SIGKILL');
    while (existsSync(home)) await sleep(20);
  });
});

/** Starts the server in a Node process of its own, and resolves when it answers. */
async function startInAnotherProcess(
  place: Place,
  port: number,
  superuserPassword: string,
  removeAfter = false,
): Promise<ChildProcess> {
  const options = { place, port, superuserPassword, removeAfter, durable: false };
  const program = `
    const { startPostgres } = await import(${JSON.stringify(import.meta.resolve('./postgres.ts'))});
    await startPostgres(${JSON.stringify(options)});
    process.send('up');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, [...process.execArgv, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(holder, 'message');
  return holder;
}
