/** How long a test waits for a fact before it gives up: longer than a killed worker's jobs take to come back. */
const PATIENCE_MS = 60_000;

/** Waits until `fact` holds. */
export async function eventually(fact: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
