import { setTimeout as sleep } from 'node:timers/promises';
import { DemoFailure } from './demo-failure.ts';
import type { Screen } from './screen.ts';

/** How long the demo waits for something that the server does by itself, in milliseconds. */
export const PATIENCE = 30_000;

/** An answer's `data`: the demo knows the API from its documents, as any client does. */
// oxlint-disable-next-line no-explicit-any
export type Data = any;

interface Options {
  readonly body?: object;
  /** Which fields of the answer are shown; all when left out. */
  readonly show?: (data: Data) => unknown;
  /** Not printed: what is asked again and again, or many times alike. */
  readonly quiet?: boolean;
}

/** Somebody who uses the API over HTTP, and nothing else. */
export class Caller {
  #accessToken: string | undefined;

  constructor(
    /** As the screen names them. */
    readonly name: string,
    private readonly baseUrl: string,
    private readonly screen: Screen,
  ) {}

  get(path: string, options: Options = {}): Promise<Data> {
    return this.#ask('GET', path, options);
  }

  post(path: string, body: object = {}, options: Options = {}): Promise<Data> {
    return this.#ask('POST', path, { body, ...options });
  }

  patch(path: string, body: object, options: Options = {}): Promise<Data> {
    return this.#ask('PATCH', path, { body, ...options });
  }

  /** Sends bytes to an address that the server has given. */
  async upload(
    { method, url, headers }: { method: string; url: string; headers: Record<string, string> },
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    this.screen.request(this.name, method, new URL(url).pathname);
    const response = await fetch(url, { method, headers, body: bytes, signal: AbortSignal.timeout(20_000) });
    if (!response.ok) throw new DemoFailure(`The upload was answered with ${response.status}.`);
    this.screen.answer(response.status, `${bytes.byteLength} bytes`);
  }

  /** Logs in, or registers and is logged in by that. */
  async enter(path: string, body: object): Promise<Data> {
    const data = await this.post(path, body, { show: ({ user }) => user });
    this.#accessToken = data.access_token;
    return data.user;
  }

  /** Asks until the answer is as wished, and shows that one. */
  async until(
    path: string,
    wish: { readonly what: string; isMet(data: Data): boolean; show(data: Data): unknown },
  ): Promise<Data> {
    const limit = performance.now() + PATIENCE;
    this.screen.request(this.name, 'GET', `${path}   (until ${wish.what})`);
    for (;;) {
      const data = await this.get(path, { quiet: true });
      if (wish.isMet(data)) {
        this.screen.answer(200, JSON.stringify(wish.show(data)));
        return data;
      }
      if (performance.now() > limit) throw new DemoFailure(`Waited in vain until ${wish.what}.`);
      await sleep(150);
    }
  }

  async #ask(method: string, path: string, { body, show, quiet = false }: Options): Promise<Data> {
    if (!quiet) this.screen.request(this.name, method, path);
    const response = await this.#fetch(method, path, body);
    const text = await response.text();
    if (!response.ok)
      throw new DemoFailure(`${method} ${path} was answered with ${response.status}: ${text}`);
    const { data } = parsed(text, `${method} ${path}`);
    if (!quiet) this.screen.answer(response.status, JSON.stringify(show ? show(data) : data));
    return data;
  }

  async #fetch(method: string, path: string, body: object | undefined): Promise<Response> {
    try {
      return await fetch(new URL(path, this.baseUrl), {
        method,
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(this.#accessToken && { authorization: `Bearer ${this.#accessToken}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
    } catch (error) {
      const { cause, message } = error as Error;
      throw new DemoFailure(
        `No answer from ${this.baseUrl} (${(cause as Error | undefined)?.message || message}). Is it running? Start it with \`npm start\`, or name another server with BASE_URL or PORT.`,
      );
    }
  }
}

function parsed(text: string, request: string): { data?: Data } {
  try {
    return JSON.parse(text);
  } catch {
    throw new DemoFailure(`${request} was not answered with JSON. Is another program on this port?`);
  }
}
