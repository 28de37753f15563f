interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes what comes at the same time together: what is added while something is being written waits, and is
 * written with all that came meanwhile. So a burst costs a few transactions, and one item that comes alone waits
 * for nobody. Not for use inside a transaction: who is written together would share it.
 */
export class Gathering<Item> {
  #waiting: Waiting<Item>[] = [];
  #isWriting = false;

  /** @param most so many at once */
  constructor(
    private readonly write: (items: readonly Item[]) => Promise<void>,
    private readonly most: number,
  ) {}

  /** Resolves when the item is written. @throws what `write` throws for it */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) await this.#writeTogether(this.#waiting.splice(0, this.most));
    this.#isWriting = false;
  }

  /** An item that cannot be written harms nobody else: after a failure each is tried alone. */
  async #writeTogether(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      await this.write(batch.map(({ item }) => item));
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const one of batch) await this.#writeTogether([one]);
      return;
    }
    for (const { resolve } of batch) resolve();
  }
}
