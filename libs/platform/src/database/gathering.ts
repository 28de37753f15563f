import { AsyncLocalStorage } from 'node:async_hooks';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Brings what comes at the same time to the database together: what is added while something is under way waits,
 * and goes with all that came meanwhile. So a burst costs a few statements, and one item that comes alone waits for
 * nobody. It knows nothing of the transaction of whoever adds: the items go together, and nobody's stands or falls
 * with the transaction of another.
 */
export class Gathering<Item, Result = void> {
  #waiting: Waiting<Item, Result>[] = [];
  #isWriting = false;
  readonly #apart = AsyncLocalStorage.snapshot();

  /**
   * @param write gives a result for each item, in their order, if anybody waits for one
   * @param most so many at once
   */
  constructor(
    private readonly write: (items: readonly Item[]) => Promise<readonly Result[] | void>,
    private readonly most: number,
  ) {}

  /** Resolves when the item has had its turn. @throws what `write` throws for it */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWriting) void this.#apart(() => this.#writeAll());
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) await this.#writeTogether(this.#waiting.splice(0, this.most));
    this.#isWriting = false;
  }

  /** An item that cannot be written harms nobody else: after a failure each is tried alone. */
  async #writeTogether(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.write(batch.map(({ item }) => item));
      for (const [place, { resolve }] of batch.entries()) resolve(results?.[place] as Result);
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const one of batch) await this.#writeTogether([one]);
    }
  }
}
