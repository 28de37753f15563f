import { type FieldChange, type LogBounds, type LogEntry, RealtimeBus, type Stop } from './realtime-bus.ts';

type Listener<T> = (value: T) => void;

interface Log {
  /** The sequence number of `entries[0]`, or of the next entry when there is none. */
  first: number;
  entries: string[];
  readonly fields: Map<string, string>;
  readonly followers: Set<Listener<LogEntry>>;
  /** Entries that were appended while an earlier one was being delivered; `null` when none is. */
  undelivered: LogEntry[] | null;
  /** On the monotonic clock, in milliseconds. */
  expiresAt: number;
}

const SWEEP_INTERVAL_MS = 10_000;

/** The bus of a single process: the default, and what most tests use. */
export class InProcessBus extends RealtimeBus {
  override readonly spansProcesses: boolean = false;
  private readonly channels = new Map<string, Set<Listener<string>>>();
  private readonly logs = new Map<string, Log>();
  private readonly leases = new Map<string, number>();
  private readonly sweeper = setInterval(() => this.sweep(), SWEEP_INTERVAL_MS).unref();

  override async publish(channel: string, message: string): Promise<void> {
    for (const listener of this.channels.get(channel) ?? []) listener(message);
  }

  override async subscribe(channel: string, listener: Listener<string>): Promise<Stop> {
    const listeners = this.channels.getOrInsertComputed(channel, () => new Set());
    const own: Listener<string> = (message) => listener(message);
    listeners.add(own);
    return async () => {
      listeners.delete(own);
      if (listeners.size === 0) this.channels.delete(channel);
    };
  }

  override async append(
    name: string,
    text: string,
    bounds: LogBounds,
    change?: FieldChange,
  ): Promise<number | null> {
    const log = this.logNamed(name);
    if (change) {
      if ((log.fields.get(change.field) ?? null) !== change.expected) return null;
      if (change.value === null) log.fields.delete(change.field);
      else log.fields.set(change.field, change.value);
    }
    const sequence = log.first + log.entries.length;
    log.entries.push(text);
    // Cut in halves, so that the cost of moving what is kept is spread over many appends.
    if (log.entries.length >= 2 * bounds.maxLength) cut(log, bounds.maxLength);
    log.expiresAt = performance.now() + bounds.ttlSeconds * 1000;
    deliver(log, { sequence, text });
    return sequence;
  }

  override async follow(name: string, listener: Listener<LogEntry>) {
    const log = this.logNamed(name);
    const own: Listener<LogEntry> = (entry) => listener(entry);
    log.followers.add(own);
    return {
      sequence: log.first + log.entries.length - 1,
      stop: async () => {
        log.followers.delete(own);
      },
    };
  }

  override async readAfter(name: string, sequence: number): Promise<LogEntry[] | null> {
    const log = this.logs.get(name);
    if (!log) return sequence === 0 ? [] : null;
    const known = sequence >= log.first && sequence < log.first + log.entries.length;
    if (sequence !== 0 && !known) return null;
    const from = sequence === 0 ? 0 : sequence - log.first + 1;
    return log.entries.slice(from).map((text, index) => ({ sequence: log.first + from + index, text }));
  }

  override async fields(name: string): Promise<Map<string, string>> {
    return new Map(this.logs.get(name)?.fields);
  }

  override async keepAlive(lease: string, ttlSeconds: number): Promise<void> {
    this.leases.set(lease, performance.now() + ttlSeconds * 1000);
  }

  override async isAlive(lease: string): Promise<boolean> {
    return (this.leases.get(lease) ?? 0) > performance.now();
  }

  override async close(): Promise<void> {
    clearInterval(this.sweeper);
    this.channels.clear();
    this.logs.clear();
  }

  private logNamed(name: string): Log {
    return this.logs.getOrInsertComputed(name, () => ({
      first: 1,
      entries: [],
      fields: new Map(),
      followers: new Set(),
      undelivered: null,
      expiresAt: 0,
    }));
  }

  private sweep(): void {
    const now = performance.now();
    for (const [name, log] of this.logs) {
      if (log.followers.size === 0 && log.expiresAt < now) this.logs.delete(name);
    }
    for (const [lease, expiresAt] of this.leases) {
      if (expiresAt < now) this.leases.delete(lease);
    }
  }
}

function cut(log: Log, maxLength: number): void {
  const surplus = log.entries.length - maxLength;
  log.entries = log.entries.slice(surplus);
  log.first += surplus;
}

/** A follower may append in turn; every follower has seen the first entry before the second is delivered. */
function deliver(log: Log, entry: LogEntry): void {
  if (log.undelivered) {
    log.undelivered.push(entry);
    return;
  }
  log.undelivered = [entry];
  try {
    for (let next = log.undelivered.shift(); next; next = log.undelivered.shift()) {
      for (const follower of log.followers) follower(next);
    }
  } finally {
    log.undelivered = null;
  }
}
