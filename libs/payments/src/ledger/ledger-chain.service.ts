import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type ChainBreak, chainBreaks, Database } from '#platform';

/** Where the ledger no longer agrees with its chain. */
export interface LedgerBreak {
  readonly problem: ChainBreak['problem'];
  /** The place in the chain; `null` for a transaction that has none and does not wait for one. */
  readonly sequence: number | null;
  /** `null` where the row that tells is gone. */
  readonly transactionId: string | null;
}

export interface LedgerVerification {
  /** Empty when nothing was touched. */
  readonly breaks: readonly LedgerBreak[];
  /** How many transactions are chained. */
  readonly sealed: number;
  /** The hash of the last one, hexadecimal: kept elsewhere, it proves later that all before it is as it was. */
  readonly head: string;
  /** How many are not chained yet. */
  readonly waiting: number;
}

/** Few enough for one statement, and for whoever waits for the head. */
const AT_ONCE = 1000;

/** The chain of hashes over the ledger (docs/decisions/0067-the-ledger-is-chained-in-batches.md). */
@Injectable()
export class LedgerChainService {
  constructor(private readonly database: Database) {}

  /** Chains all that waits. Two at the same time do not do the same. */
  async seal(): Promise<void> {
    for (;;) {
      const { rows } = await sql<{ sealed: number }>`select ledger_seal(${AT_ONCE}) as sealed`.execute(
        this.database.query,
      );
      if ((rows[0]?.sealed ?? 0) < AT_ONCE) return;
    }
  }

  /** Recomputes the chain from what the ledger says now. */
  async verify(): Promise<LedgerVerification> {
    const breaks = await chainBreaks(
      this.database,
      'ledger',
      sql`select seal.chain, seal.sequence, seal.hash, seal.previous_hash,
          coalesce(chained_hash(seal.previous_hash, ledger_content(booked)), '') as expected
        from ledger_seals seal left join ledger_transactions booked on booked.id = seal.transaction_id`,
    );
    const named = await this.#transactionsAt(breaks.map(({ sequence }) => sequence));
    const head = await this.database.query
      .selectFrom('hashChains')
      .select(['length', 'head'])
      .where('trail', '=', 'ledger')
      .executeTakeFirst();
    const { waiting } = await this.database.query
      .selectFrom('ledgerUnsealed')
      .select(({ fn }) => fn.countAll<number>().as('waiting'))
      .executeTakeFirstOrThrow();
    return {
      breaks: [
        ...breaks.map(({ problem, sequence }) => ({
          problem,
          sequence,
          transactionId: named.get(sequence) ?? null,
        })),
        ...(await this.#strangers()),
      ],
      sealed: head?.length ?? 0,
      head: Buffer.from(head?.head ?? []).toString('hex'),
      waiting,
    };
  }

  async #transactionsAt(sequences: readonly number[]): Promise<ReadonlyMap<number, string>> {
    if (sequences.length === 0) return new Map();
    const rows = await this.database.query
      .selectFrom('ledgerSeals')
      .select(['sequence', 'transactionId'])
      .where('sequence', 'in', sequences)
      .execute();
    return new Map(rows.map(({ sequence, transactionId }) => [sequence, transactionId]));
  }

  /** Transactions that came in past the trigger that lets them wait for their place. */
  async #strangers(): Promise<LedgerBreak[]> {
    const rows = await this.database.query
      .selectFrom('ledgerTransactions as booked')
      .leftJoin('ledgerSeals as seal', 'seal.transactionId', 'booked.id')
      .leftJoin('ledgerUnsealed as waiting', 'waiting.transactionId', 'booked.id')
      .select('booked.id')
      .where('seal.transactionId', 'is', null)
      .where('waiting.transactionId', 'is', null)
      .orderBy('booked.sequence')
      .execute();
    return rows.map(({ id }) => ({ problem: 'row_inserted', sequence: null, transactionId: id }));
  }
}
