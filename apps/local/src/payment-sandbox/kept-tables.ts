import { readFile, rename, writeFile } from 'node:fs/promises';
import type { RecordedEvent } from './recorded-event.ts';

type AnyTables<E> = { readonly event: Map<string, RecordedEvent<E>> };

/** All objects of a sandbox, in memory in the order they were made, with a copy in a file when one is named. */
export class KeptTables<E, T extends AnyTables<E>> {
  private dirty = false;
  private writing: Promise<void> | undefined;

  protected constructor(
    readonly tables: T,
    private readonly file: string | undefined,
  ) {}

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

  /** Drops what only serves looking back; the file is written whole. */
  protected forgetOld(): void {}

  /** Errors: a state file that is not what `save` wrote. */
  protected async load(): Promise<void> {
    if (this.file === undefined) return;
    const content = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{}';
      throw error;
    });
    const saved = parseState(this.file, content);
    for (const [kind, rows] of Object.entries(this.tables) as [string, Map<string, unknown>][]) {
      for (const [id, row] of saved[kind] ?? []) rows.set(id, row);
    }
  }

  private async write(): Promise<void> {
    if (this.file === undefined) return;
    this.dirty = false;
    this.forgetOld();
    const content = Object.fromEntries(
      Object.entries(this.tables).map(([kind, rows]) => [kind, [...(rows as Map<string, unknown>)]]),
    );
    // Renamed into place, so that a kill leaves the old file or the new one.
    await writeFile(`${this.file}.new`, JSON.stringify(content), { mode: 0o600 });
    await rename(`${this.file}.new`, this.file);
  }
}

/** Drops the oldest rows. */
export function forget<T>(rows: Map<string, T>, max: number, isOld: (row: T) => boolean): void {
  for (const [id, row] of rows) {
    if (rows.size <= max && !isOld(row)) return;
    rows.delete(id);
  }
}

function parseState(file: string, content: string): Record<string, [string, unknown][]> {
  try {
    return JSON.parse(content) as Record<string, [string, unknown][]>;
  } catch (cause) {
    throw new Error(`${file} is no state of a payment sandbox; delete it to start afresh.`, { cause });
  }
}
