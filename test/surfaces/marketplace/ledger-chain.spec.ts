import { execFile } from 'node:child_process';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { expect } from 'expect';
import pg from 'pg';
import { newId } from '#kernel';
import { LedgerChainService, LedgerService } from '#payments';
import { Database } from '#platform';
import { startTestApp, type TestApp } from '../../support/app.ts';

describe('the chain over the ledger', () => {
  let app: TestApp;
  let ids: string[];

  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  const chain = () => app.nest.get(LedgerChainService);
  const breaks = async () => (await chain().verify()).breaks;
  const book = async (amount = 100) => {
    const reference = newId();
    const eur = (minorUnits: number) => ({ amount: minorUnits, currency: 'EUR' as const });
    await app.nest.get(LedgerService).post({ kind: 'payment_received', reference }, [
      { account: { kind: 'provider_clearing', provider: 'stripe' }, amount: eur(amount) },
      { account: { kind: 'platform_revenue' }, amount: eur(-amount) },
    ]);
    const [row] = await app.sql<{ id: string }>('select id from ledger_transactions where reference = $1', [
      reference,
    ]);
    return row?.id ?? '';
  };
  /** Changes rows as somebody would who owns the database, past every trigger. */
  const tamper = async (statement: string, values: unknown[] = []) => {
    const owner = new pg.Client(app.databaseUrls.superuser);
    await owner.connect();
    await owner.query(`set session_replication_role = 'replica'`);
    await owner.query(statement, values);
    await owner.end();
  };

  beforeEach(async () => {
    await app.sql('truncate ledger_transactions, ledger_accounts, hash_chains cascade');
    ids = [];
    for (const amount of [1, 2, 3, 4, 5]) ids.push(await book(amount));
    await app.onSchedule('payments.seal-ledger');
  });

  it('is whole where nothing was touched, and says how far it goes', async () => {
    const before = await chain().verify();
    expect(before).toEqual({
      breaks: [],
      sealed: 5,
      waiting: 0,
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await book();
    expect(await chain().verify()).toEqual({ ...before, waiting: 1 });
    await chain().seal();
    const after = await chain().verify();
    expect(after).toMatchObject({ breaks: [], sealed: 6, waiting: 0 });
    expect(after.head).not.toBe(before.head);
  });

  it('finds what was changed: a transaction, an amount, an account, a hash', async () => {
    await tamper(
      `update ledger_transactions set occurred_at = occurred_at - interval '1 year' where id = $1`,
      [ids[0]],
    );
    await tamper(`update ledger_postings set amount = amount * 2 where transaction_id = $1`, [ids[1]]);
    await tamper(`update ledger_seals set hash = '\\x00' where transaction_id = $1`, [ids[3]]);
    expect(await breaks()).toEqual([
      { problem: 'row_changed', sequence: 1, transactionId: ids[0] },
      { problem: 'row_changed', sequence: 2, transactionId: ids[1] },
      { problem: 'row_changed', sequence: 4, transactionId: ids[3] },
      { problem: 'row_changed', sequence: 5, transactionId: ids[4] },
    ]);
  });

  it('finds an account that was given to another doctor', async () => {
    await tamper(`update ledger_accounts set provider = 'razorpay' where kind = 'provider_clearing'`);
    expect(await breaks()).toHaveLength(5);
  });

  it('finds a changed amount whose hash was computed anew', async () => {
    await tamper(`update ledger_postings set amount = amount * 2 where transaction_id = $1`, [ids[1]]);
    await tamper(
      `update ledger_seals s set hash = chained_hash(s.previous_hash, ledger_content(t))
       from ledger_transactions t where t.id = s.transaction_id and t.id = $1`,
      [ids[1]],
    );
    expect(await breaks()).toEqual([{ problem: 'row_changed', sequence: 3, transactionId: ids[2] }]);
  });

  it('finds what was removed: a posting, a transaction, a place, the tail', async () => {
    await tamper('delete from ledger_postings where transaction_id = $1', [ids[0]]);
    await tamper('delete from ledger_transactions where id = $1', [ids[1]]);
    await tamper('delete from ledger_seals where transaction_id in ($1, $2)', [ids[2], ids[4]]);
    await tamper('delete from ledger_transactions where id = $1', [ids[4]]);
    expect(await breaks()).toEqual([
      { problem: 'row_changed', sequence: 1, transactionId: ids[0] },
      { problem: 'row_changed', sequence: 2, transactionId: ids[1] },
      { problem: 'row_missing', sequence: 4, transactionId: ids[3] },
      { problem: 'tail_missing', sequence: 5, transactionId: null },
      { problem: 'row_inserted', sequence: null, transactionId: ids[2] },
    ]);
  });

  it('finds what was inserted: a posting, a transaction, a place behind the last', async () => {
    const [account] = await app.sql<{ id: string }>('select id from ledger_accounts limit 1');
    await tamper(`insert into ledger_postings values ($1, $2, $3, 7, 'EUR')`, [newId(), ids[2], account?.id]);
    const stranger = newId();
    await tamper(
      `insert into ledger_transactions (id, kind, reference, occurred_at) values ($1, 'payment_received', $1, now())`,
      [stranger],
    );
    expect(await breaks()).toEqual([
      { problem: 'row_changed', sequence: 3, transactionId: ids[2] },
      { problem: 'row_inserted', sequence: null, transactionId: stranger },
    ]);
    await tamper(
      `insert into ledger_seals select s.chain, 6, t.id, s.hash, chained_hash(s.hash, ledger_content(t))
       from ledger_transactions t, ledger_seals s where t.id = $1 and s.sequence = 5`,
      [stranger],
    );
    expect(await breaks()).toEqual([
      { problem: 'row_changed', sequence: 3, transactionId: ids[2] },
      { problem: 'row_inserted', sequence: 6, transactionId: stranger },
    ]);
  });

  it('gives the server’s own role no way to change, remove or forge a link', async () => {
    const server = new pg.Client(app.databaseUrls.app);
    await server.connect();
    try {
      for (const statement of [
        'update ledger_seals set sequence = 9',
        'delete from ledger_seals',
        'insert into ledger_seals select * from ledger_seals',
        'delete from ledger_unsealed',
        'insert into ledger_unsealed select id from ledger_transactions',
        `select append_to_chain('ledger', '${newId()}', '{}')`,
      ]) {
        await expect(server.query(statement)).rejects.toThrow(/permission denied/);
      }
    } finally {
      await server.end();
    }
  });

  it('keeps settlements apart: one that is not over holds up neither the others nor the chain', async () => {
    const database = app.nest.get(Database);
    const [goOn, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let late = '';
    const slow = database.transaction(async () => {
      late = await book(1000);
      opened.resolve();
      await goOn.promise;
    });
    await opened.promise;
    await Promise.all(Array.from({ length: 20 }, () => book()));
    await Promise.all([chain().seal(), chain().seal(), chain().seal()]);
    expect(await chain().verify()).toMatchObject({ breaks: [], sealed: 25, waiting: 0 });
    goOn.resolve();
    await slow;
    expect(late).toBe('');
    expect(await chain().verify()).toMatchObject({ breaks: [], sealed: 25, waiting: 1 });
    await chain().seal();
    expect(await chain().verify()).toMatchObject({ breaks: [], sealed: 26, waiting: 0 });
  });

  it('is read in parts, however long it is', async () => {
    await app.sql(`
      insert into ledger_transactions (id, kind, reference, occurred_at)
      select gen_random_uuid(), 'payment_received', gen_random_uuid(), now() from generate_series(1, 5500)`);
    await chain().seal();
    expect(await chain().verify()).toMatchObject({ breaks: [], sealed: 5505, waiting: 0 });
    await tamper(
      `update ledger_transactions set kind = 'refund_given'
       where id in (select transaction_id from ledger_seals where sequence in (5000, 5001, 5505))`,
    );
    expect(await breaks()).toMatchObject([{ sequence: 5000 }, { sequence: 5001 }, { sequence: 5505 }]);
  });

  it('is checked from the command line', async () => {
    const { head } = await chain().verify();
    expect(await verifyByCli(app)).toEqual({
      code: 0,
      output: `The ledger is whole.\n5 transactions, 0 waiting, head ${head}\n`,
    });
    await tamper('update ledger_postings set amount = 9 where transaction_id = $1 and amount > 0', [ids[4]]);
    expect(await verifyByCli(app)).toEqual({
      code: 1,
      output: `row_changed at 5 transaction ${ids[4]}\n5 transactions, 0 waiting, head ${head}\n`,
    });
  });
});

async function verifyByCli(app: TestApp): Promise<{ code: number; output: string }> {
  const program = ['--conditions=source', '--import', './tools/typescript-loader.mjs', 'apps/api/src/cli.ts'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...program, 'ledger', 'verify'], {
      env: { ...process.env, ...app.environment },
    });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, output: stdout };
  }
}
