import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/** The bytes of an HTTP request. */
export function httpRequest(
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Buffer {
  const all = {
    host: 'bench',
    ...headers,
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

/**
 * Connections that are kept open, each with one request at a time. It writes prepared bytes and reads no
 * more of an answer than its status and length, so that asking costs this machine little beside answering.
 */
export class HttpLoad {
  readonly #sockets: Socket[];

  private constructor(sockets: Socket[]) {
    this.#sockets = sockets;
  }

  static async open(url: string, connections: number): Promise<HttpLoad> {
    const { hostname, port } = new URL(url);
    const sockets = await Promise.all(
      Array.from(
        { length: connections },
        () =>
          new Promise<Socket>((resolve, reject) => {
            const socket = connect({ host: hostname, port: Number(port), noDelay: true });
            socket.once('connect', () => resolve(socket)).once('error', reject);
          }),
      ),
    );
    return new HttpLoad(sockets);
  }

  /**
   * Sends every request once and resolves to the last answer's body.
   * @throws Error for an answer whose status is not `status`
   */
  async run(requests: readonly Buffer[], status: number): Promise<string> {
    let last = '';
    await this.#each(requests, async (socket, request) => {
      last = await exchange(socket, request, status);
    });
    return last;
  }

  /** As `run`. Resolves to how long each request took: ms. */
  async timed(requests: readonly Buffer[], status: number): Promise<number[]> {
    const durations: number[] = [];
    await this.#each(requests, async (socket, request) => {
      const began = performance.now();
      await exchange(socket, request, status);
      durations.push(performance.now() - began);
    });
    return durations;
  }

  async #each(
    requests: readonly Buffer[],
    ask: (socket: Socket, request: Buffer) => Promise<void>,
  ): Promise<void> {
    let next = 0;
    await Promise.all(
      this.#sockets.map(async (socket) => {
        for (;;) {
          const request = requests[next++];
          if (!request) return;
          await ask(socket, request);
        }
      }),
    );
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function exchange(socket: Socket, request: Buffer, status: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer: Buffer = Buffer.alloc(0);
    const settle = (problem?: string) => {
      socket.off('data', read).off('close', lost);
      const body = answer.subarray(answer.indexOf(HEAD_END) + HEAD_END.length).toString();
      if (problem === undefined) resolve(body);
      else reject(new Error(`${problem}: ${answer.toString().slice(0, 2000)}`));
    };
    const lost = () => settle('The connection was closed');
    const read = (chunk: Buffer) => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      const headEnd = answer.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const head = answer.toString('latin1', 0, headEnd);
      const length = /^content-length: (\d+)/im.exec(head)?.[1];
      if (length === undefined) return settle('An answer without a length');
      if (answer.length < headEnd + HEAD_END.length + Number(length)) return;
      settle(head.startsWith(`HTTP/1.1 ${status} `) ? undefined : `Not the expected ${status}`);
    };
    socket.on('data', read).once('close', lost);
    socket.write(request);
  });
}
