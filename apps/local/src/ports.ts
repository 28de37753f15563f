import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** Why no server could listen there now; undefined when one could. */
function problemAt(port: number, host?: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/**
 * Why nobody can listen on the port on all interfaces, as the api does; undefined when it is free.
 * @returns the operating system's code: EADDRINUSE, EACCES …
 */
export async function portProblem(port: number): Promise<string | undefined> {
  return (await problemAt(port))?.code;
}

/**
 * Below the ports that an operating system gives to connections that go out (from 32768 on Linux, from 49152
 * elsewhere): one of those may be gone again before its server listens.
 */
const [FIRST_PORT, LAST_PORT] = [20_000, 32_767];
const MAX_ATTEMPTS = 100;

/** A port on loopback that is free now; `preferred` when it is. */
export async function freePort(preferred = anyPort()): Promise<number> {
  let port = preferred;
  for (let attempt = 1; ; attempt += 1) {
    const problem = await problemAt(port, LOOPBACK);
    if (!problem) return port;
    if (attempt === MAX_ATTEMPTS) throw problem;
    port = anyPort();
  }
}

function anyPort(): number {
  return randomInt(FIRST_PORT, LAST_PORT + 1);
}

/** Ports of the parts on loopback, the same at each start while they stay free. */
export class KeptPorts {
  readonly #file: string;
  readonly #ports: Record<string, number>;

  private constructor(file: string, ports: Record<string, number>) {
    this.#file = file;
    this.#ports = ports;
  }

  static async load(file: string): Promise<KeptPorts> {
    try {
      return new KeptPorts(file, JSON.parse(await readFile(file, 'utf8')));
    } catch {
      // No file yet, or a torn one: new ports are as good.
      return new KeptPorts(file, {});
    }
  }

  async take(part: string): Promise<number> {
    const others = Object.entries(this.#ports).filter(([name]) => name !== part);
    let port = await freePort(this.#ports[part]);
    while (others.some(([, taken]) => taken === port)) port = await freePort();
    this.#ports[part] = port;
    return port;
  }

  async save(): Promise<void> {
    await writeFile(this.#file, `${JSON.stringify(this.#ports, null, 2)}\n`);
  }
}
