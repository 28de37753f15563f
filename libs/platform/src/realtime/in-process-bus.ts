import { LogMemory } from './log-memory.ts';
import {
  type FieldChange,
  type LogBounds,
  type LogContent,
  type LogEntry,
  RealtimeBus,
  type Stop,
} from './realtime-bus.ts';

type Listener<T> = (value: T) => void;

interface Log {
  memory: LogMemory;
  readonly fields: Map<string, string>;
  readonly followers: Set<Listener<LogEntry>>;
  /** Entries that were appended while an earlier one was being delivered; `null` when none is. */
  undelivered: LogEntry[] | null;
  /** How long it outlives the last append, in milliseconds. */
  ttl: number;
  /** On the monotonic clock, in milliseconds; `null` until the sweeper has seen the last append. */
  expiresAt: number | null;
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
    content: LogContent,
    bounds: LogBounds,
    change?: FieldChange,
  ): Promise<number | null> {
    const log = this.logNamed(name);
    if (change) {
      if ((log.fields.get(change.field) ?? null) !== change.expected) return null;
      if (change.value === null) log.fields.delete(change.field);
      else log.fields.set(change.field, change.value);
    }
    return add(log, content, bounds);
  }

  override post(
    name: string,
    content: LogContent,
    bounds: LogBounds,
    failed: (error: unknown) => void,
  ): void {
    try {
      add(this.logNamed(name), content, bounds);
    } catch (error) {
      failed(error);
    }
  }

  override async follow(name: string, listener: Listener<LogEntry>) {
    const log = this.logNamed(name);
    const own: Listener<LogEntry> = (entry) => listener(entry);
    log.followers.add(own);
    return {
      sequence: log.memory.last,
      stop: async () => {
        log.followers.delete(own);
      },
    };
  }

  override async readAfter(name: string, sequence: number): Promise<LogEntry[] | null> {
    const log = this.logs.get(name);
    if (!log) return sequence === 0 ? [] : null;
    return log.memory.after(sequence);
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
      memory: new LogMemory(),
      fields: new Map(),
      followers: new Set(),
      undelivered: null,
      ttl: 0,
      expiresAt: null,
    }));
  }

  private sweep(): void {
    const now = performance.now();
    for (const [name, log] of this.logs) {
      log.expiresAt ??= now + log.ttl;
      if (log.followers.size === 0 && log.expiresAt < now) this.logs.delete(name);
    }
    for (const [lease, expiresAt] of this.leases) {
      if (expiresAt < now) this.leases.delete(lease);
    }
  }
}

function add(log: Log, content: LogContent, { maxLength, ttlSeconds }: LogBounds): number {
  const sequence = log.memory.push(String(content), maxLength);
  log.ttl = ttlSeconds * 1000;
  log.expiresAt = null;
  deliver(log, { sequence, content });
  return sequence;
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
