import { readFile, rename, writeFile } from 'node:fs/promises';
import type Stripe from 'stripe';
import { resourceMissing } from './errors.ts';
import { unixNow } from './ids.ts';

const DAY = 86_400;
/** The file is written whole, so what only serves looking back is kept within bounds. */
const MAX_EVENTS = 2_000;
const MAX_ANSWERS = 1_000;

interface DeliveryAttempt {
  /** Seconds since 1970. */
  at: number;
  /** The receiver's HTTP status; null when it did not answer. */
  status: number | null;
  error?: string;
}

/** An event with what became of its webhook. */
export interface RecordedEvent {
  event: Stripe.Event;
  delivery: 'pending' | 'held' | 'delivered' | 'undelivered' | 'lost';
  attempts: DeliveryAttempt[];
}

/** The answer that an idempotency key gives again. */
export interface SavedAnswer {
  /** Method, path and parameters of the first request. */
  request: { endpoint: string; parameters: string };
  requestId: string;
  status: number;
  body: string;
  created: number;
}

/** A link to the pages on which somebody tells Stripe who they are. */
export interface Onboarding {
  account: string;
  returnUrl: string;
  refreshUrl: string;
  /** Seconds since 1970. */
  expiresAt: number;
}

interface Tables {
  payment_intent: Map<string, Stripe.PaymentIntent>;
  charge: Map<string, Stripe.Charge>;
  refund: Map<string, Stripe.Refund>;
  balance_transaction: Map<string, Stripe.BalanceTransaction>;
  dispute: Map<string, Stripe.Dispute>;
  payment_method: Map<string, Stripe.PaymentMethod>;
  account: Map<string, Stripe.Account>;
  transfer: Map<string, Stripe.Transfer>;
  /** What leads a person from a link to the account, by the secret in the link. */
  onboarding: Map<string, Onboarding>;
  /** The test card behind each payment method. */
  test_card: Map<string, string>;
  event: Map<string, RecordedEvent>;
  answer: Map<string, SavedAnswer>;
}
type StripeKind =
  | 'payment_intent'
  | 'charge'
  | 'refund'
  | 'balance_transaction'
  | 'dispute'
  | 'payment_method'
  | 'account'
  | 'transfer';
type Row<K extends keyof Tables> = Tables[K] extends Map<string, infer R> ? R : never;

/** All objects, in memory in the order they were made, with a copy in a file when one is named. */
export class Store {
  readonly tables: Tables = {
    payment_intent: new Map(),
    charge: new Map(),
    refund: new Map(),
    balance_transaction: new Map(),
    dispute: new Map(),
    payment_method: new Map(),
    account: new Map(),
    transfer: new Map(),
    onboarding: new Map(),
    test_card: new Map(),
    event: new Map(),
    answer: new Map(),
  };
  private dirty = false;
  private writing: Promise<void> | undefined;

  private constructor(private readonly file: string | undefined) {}

  /** Errors: a state file that is not what `save` wrote. */
  static async open(file?: string): Promise<Store> {
    const store = new Store(file);
    if (file !== undefined) await store.load(file);
    return store;
  }

  /** Errors: 404 resource_missing. */
  get<K extends StripeKind>(kind: K, id: string, param?: string): Row<K> {
    const row = this.tables[kind].get(id);
    if (row === undefined) throw resourceMissing(kind, id, param);
    return row as Row<K>;
  }

  /** Errors: 404 resource_missing. */
  event(id: string): RecordedEvent {
    const recorded = this.tables.event.get(id);
    if (recorded === undefined) throw resourceMissing('event', id);
    return recorded;
  }

  /** Any object that an id on the wire may name. */
  find(id: string): object | undefined {
    const kinds = [
      'payment_intent',
      'charge',
      'refund',
      'balance_transaction',
      'dispute',
      'payment_method',
      'account',
      'transfer',
    ] as const;
    for (const kind of kinds) {
      const row = this.tables[kind].get(id);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  /** Says that something changed since the last `save`. */
  touch(): void {
    this.dirty = this.file !== undefined;
  }

  /** Resolves when every change made before the call is in the file. */
  async save(): Promise<void> {
    while (this.dirty || this.writing !== undefined) {
      this.writing ??= this.write().finally(() => {
        this.writing = undefined;
      });
      await this.writing;
    }
  }

  private async write(): Promise<void> {
    if (this.file === undefined) return;
    this.dirty = false;
    this.forgetOld();
    const content = Object.fromEntries(Object.entries(this.tables).map(([kind, rows]) => [kind, [...rows]]));
    // Renamed into place, so that a kill leaves the old file or the new one.
    await writeFile(`${this.file}.new`, JSON.stringify(content), { mode: 0o600 });
    await rename(`${this.file}.new`, this.file);
  }

  private async load(file: string): Promise<void> {
    const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{}';
      throw error;
    });
    const saved = parseState(file, content);
    for (const kind of Object.keys(this.tables) as (keyof Tables)[]) {
      const rows = this.tables[kind] as Map<string, unknown>;
      for (const [id, row] of saved[kind] ?? []) rows.set(id, row);
    }
  }

  /** As Stripe does: events after 30 days, idempotency keys after one; sooner when there are many. */
  private forgetOld(): void {
    const now = unixNow();
    forget(this.tables.event, MAX_EVENTS, ({ event }) => event.created < now - 30 * DAY);
    forget(this.tables.answer, MAX_ANSWERS, ({ created }) => created < now - DAY);
  }
}

/** Drops the oldest rows. */
function forget<T>(rows: Map<string, T>, max: number, isOld: (row: T) => boolean): void {
  for (const [id, row] of rows) {
    if (rows.size <= max && !isOld(row)) return;
    rows.delete(id);
  }
}

type SavedState = { [K in keyof Tables]?: [string, Row<K>][] };

function parseState(file: string, content: string): SavedState {
  try {
    return JSON.parse(content) as SavedState;
  } catch (cause) {
    throw new Error(`${file} is no state of the Stripe sandbox; delete it to start afresh.`, { cause });
  }
}
