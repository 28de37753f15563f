import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network between browser and server that can break. */
export class TcpProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((inbound) => this.#pass(inbound));
  #isBroken = false;
  #isStalled = false;

  private constructor(private readonly target: number) {}

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts every connection and lets none through. */
  break(): void {
    this.#isBroken = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Lets nothing through and tells nobody: what a computer that sleeps looks like from outside. */
  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  /** Lets new connections through; the network knows nothing of those from before. */
  mend(): void {
    this.#isBroken = false;
    this.#isStalled = false;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.break();
    await once(this.#server, 'close');
  }

  #pass(inbound: Socket): void {
    if (this.#isBroken) {
      inbound.destroy();
      return;
    }
    if (this.#isStalled) {
      this.#sockets.add(inbound);
      inbound.on('error', () => undefined).on('close', () => this.#sockets.delete(inbound));
      return;
    }
    const outbound = connect(this.target, '127.0.0.1');
    for (const [socket, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      this.#sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        if (!this.#isStalled) other.destroy();
      });
    }
  }
}
