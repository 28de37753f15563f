import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../../apps/local/src/ports.ts';
import type { TestServer } from '../../support/app.ts';
import { Client } from '../../support/client.ts';
import { eventually } from '../../support/eventually.ts';
import { startTestParts, type TestParts } from '../../support/parts.ts';

const PROGRAM = 'dist/apps/api/src/main.js';

/** An api as an operator runs it: its own process, from the build. */
export class ApiProcess {
  readonly #ended: Promise<unknown>;

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {
    this.#ended = once(child, 'exit');
  }

  /** Resolves when it serves requests. */
  static async start(environment: Readonly<Record<string, string>>): Promise<ApiProcess> {
    const child = spawn(process.execPath, [PROGRAM], {
      // Its end is this process's end, however that comes about.
      env: { PATH: process.env['PATH'], ...environment, EXIT_WITH_PARENT: '1' },
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const api = new ApiProcess(`http://127.0.0.1:${environment['PORT']}`, child);
    const isReady = () =>
      fetch(`${api.url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually(async () => child.exitCode !== null || (await isReady()), `${PROGRAM} serves`);
    if (child.exitCode !== null) throw new Error(`${PROGRAM} ended with ${child.exitCode}.`);
    return api;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
  }

  /** Ends it as a deployment would. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.#ended;
  }
}

/** A server in a process of its own that can be killed and started again; its database and parts stay. */
export class ServerProcess {
  readonly #others: ApiProcess[] = [];

  private constructor(
    private readonly parts: TestParts,
    /** For the helpers of the tests. */
    readonly app: TestServer,
    private current: ApiProcess,
  ) {}

  /** @param port where it listens; a free one when absent. */
  static async start(overrides: Record<string, string> = {}, port?: number): Promise<ServerProcess> {
    const parts = await startTestParts(port ?? (await freePort()));
    const api = await ApiProcess.start({ ...parts.environment, ...overrides }).catch(async (error) => {
      await parts.close();
      throw error;
    });
    return new ServerProcess(parts, { ...parts, url: api.url, client: () => new Client(api.url) }, api);
  }

  get url(): string {
    return this.current.url;
  }

  /** One more api over the same database and behind the same address, on a port of its own. */
  async another(overrides: Record<string, string> = {}): Promise<ApiProcess> {
    const PORT = String(await freePort());
    const api = await ApiProcess.start({ ...this.parts.environment, PORT, ...overrides });
    this.#others.push(api);
    return api;
  }

  kill(): Promise<void> {
    return this.current.kill();
  }

  /** Starts it again after its end, on the same port. */
  async restart(overrides: Record<string, string> = {}): Promise<void> {
    this.current = await ApiProcess.start({ ...this.parts.environment, ...overrides });
  }

  async close(): Promise<void> {
    await Promise.all([this.current, ...this.#others].map((api) => api.stop()));
    await this.parts.close();
  }
}
