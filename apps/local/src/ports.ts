import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** Whether a server could listen there now. Port 0 asks for any. */
function tryListening(port: number, host?: string): Promise<number | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : port));
    });
  });
}

/**
 * Why nobody can listen on the port on all interfaces, as the api does; undefined when it is free.
 * @returns the operating system's code: EADDRINUSE, EACCES …
 */
export async function portProblem(port: number): Promise<string | undefined> {
  const result = await tryListening(port);
  return typeof result === 'number' ? undefined : result.code;
}

/** A port on loopback that is free now; `preferred` when it is. */
export async function freePort(preferred = 0): Promise<number> {
  const result = await tryListening(preferred, LOOPBACK);
  if (typeof result === 'number') return result;
  if (preferred === 0) throw result;
  return await freePort();
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
