import { freePort } from '../../../apps/local/src/ports.ts';
import { SupervisedProcess } from '../../../apps/local/src/supervised-process.ts';
import type { TestServer } from '../../support/app.ts';
import { Client } from '../../support/client.ts';
import { eventually } from '../../support/eventually.ts';
import { startTestParts, type TestParts } from '../../support/parts.ts';
import { childRunning } from './processes.ts';

const PROGRAM = 'dist/apps/api/src/main.js';
/** How long a graceful end may take, in seconds: as long as `npm start` waits for it. */
const GRACE_SECONDS = 15;

/** An api as an operator runs it: its own process, from the build. */
export class ApiProcess {
  private constructor(
    readonly url: string,
    private readonly supervised: SupervisedProcess,
  ) {}

  /** Resolves when it serves requests. */
  static async start(environment: Readonly<Record<string, string>>): Promise<ApiProcess> {
    const supervised = new SupervisedProcess(process.execPath, [PROGRAM], {
      stopSignal: 'TERM',
      graceSeconds: GRACE_SECONDS,
      lastSignal: 'KILL',
      output: 'inherit',
      env: { PATH: process.env['PATH'], ...environment },
    });
    const api = new ApiProcess(`http://127.0.0.1:${environment['PORT']}`, supervised);
    let code: number | undefined;
    void supervised.exited.then((ended) => {
      code = ended;
    });
    const isReady = () =>
      fetch(`${api.url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually(async () => code !== undefined || (await isReady()), `${PROGRAM} serves`);
    if (code !== undefined) throw new Error(`${PROGRAM} ended with ${code}.`);
    return api;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    process.kill(childRunning(PROGRAM, this.supervised.pid ?? 0), 'SIGKILL');
    await this.supervised.exited;
  }

  /** Ends it as a deployment would. @returns the exit code; above 128 when it had to be killed. */
  stop(): Promise<number> {
    return this.supervised.stop();
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
