import type { OnApplicationShutdown } from '@nestjs/common';
/**
 * What an entry says: text, or what is written as text when it leaves the process. A reader in the writer's
 * own process may be handed the latter as it is, so it must not change once it is appended.
 */
export type LogContent = string | { toString(): string };

/** One entry of a log. */
export interface LogEntry {
  /** Rises by one from entry to entry; where a log starts is the driver's affair. */
  readonly sequence: number;
  readonly content: LogContent;
}

/** How much of a log is remembered. */
export interface LogBounds {
  /** The newest entries that are kept for {@link RealtimeBus.readAfter}. */
  readonly maxLength: number;
  /** How long the log and its fields outlive the last append, in seconds. */
  readonly ttlSeconds: number;
}

/**
 * A change of one of the log's fields, made in the same step as the append: an entry that tells of a
 * change and the change itself cannot come apart or overtake one another.
 */
export interface FieldChange {
  readonly field: string;
  /** What the field must hold now for the append to happen; `null` when it must not exist. */
  readonly expected: string | null;
  /** The new value; `null` removes the field. */
  readonly value: string | null;
}

export type Stop = () => Promise<void>;

/**
 * What the processes of one deployment tell each other at once, without the database.
 *
 * - A **channel** delivers to whoever listens now and remembers nothing.
 * - A **log** is a channel with a memory: its entries are numbered, every follower in every process sees
 *   them in the one order, each exactly once, and a late reader gets the newest of them again. A few
 *   fields belong to each log, for what is true now rather than what happened.
 * - A **lease** says that something, for example a process, is still alive.
 *
 * Nothing here is durable: what must survive belongs to the database.
 */
export abstract class RealtimeBus implements OnApplicationShutdown {
  /** Whether other processes are reached; what this one holds would otherwise end with it. */
  abstract readonly spansProcesses: boolean;

  abstract publish(channel: string, message: string): Promise<void>;

  abstract subscribe(channel: string, listener: (message: string) => void): Promise<Stop>;

  /**
   * Adds an entry and delivers it to every follower.
   *
   * @returns the entry's sequence number, or `null` when `change.expected` is not what the field holds,
   * in which case nothing happened.
   */
  abstract append(
    log: string,
    content: LogContent,
    bounds: LogBounds,
    change?: FieldChange,
  ): Promise<number | null>;

  /** Adds an entry whose number the writer does not wait for: what is done thousands of times a second. */
  abstract post(log: string, content: LogContent, bounds: LogBounds, failed: (error: unknown) => void): void;

  /**
   * Calls the listener for every entry from now on. What a driver misses (a lost connection) it reads
   * again before it goes on, as far as the log remembers.
   *
   * @returns the sequence number of the last entry before the first that will be delivered; 0 for a log
   * without entries.
   */
  abstract follow(
    log: string,
    listener: (entry: LogEntry) => void,
  ): Promise<{ readonly sequence: number; readonly stop: Stop }>;

  /**
   * The entries after the one with this sequence number; after 0, everything that is remembered.
   *
   * @returns `null` when the entry is not remembered any more, so that something after it may be lost.
   */
  abstract readAfter(log: string, sequence: number): Promise<LogEntry[] | null>;

  abstract fields(log: string): Promise<Map<string, string>>;

  /** Takes or prolongs a lease. */
  abstract keepAlive(lease: string, ttlSeconds: number): Promise<void>;

  abstract isAlive(lease: string): Promise<boolean>;

  abstract close(): Promise<void>;

  /** After the rooms have said their last words. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
