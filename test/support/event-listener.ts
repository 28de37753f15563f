import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { eventually } from './eventually.ts';

/** An event as it came over the wire. */
export interface ReceivedEvent {
  readonly event: string;
  readonly id: string | undefined;
  // A test knows the shape of what it waits for.
  // oxlint-disable-next-line no-explicit-any
  readonly data: any;
}

/** A client of server-sent events on a socket of its own, without a mind of its own: it does not reconnect. */
export class EventListener {
  readonly events: ReceivedEvent[] = [];
  comments = 0;
  ended = false;
  #rest = '';

  private constructor(
    private readonly asking: ClientRequest,
    readonly answer: IncomingMessage,
  ) {
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => this.#receive(text));
    answer.on('close', () => {
      this.ended = true;
    });
    answer.on('error', () => {});
    asking.on('error', () => {});
  }

  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventListener> {
    return new Promise((resolve, reject) => {
      const asking = request(url, { headers, agent: false });
      asking.once('error', reject);
      asking.once('response', (answer) => resolve(new EventListener(asking, answer)));
      asking.end();
    });
  }

  get status(): number {
    return this.answer.statusCode ?? 0;
  }

  /** The events of one name so far, once there are so many. */
  async heard(count: number, name = 'notification'): Promise<ReceivedEvent[]> {
    const named = () => this.events.filter(({ event }) => event === name);
    await eventually(() => named().length >= count, `${count} × ${name} came`);
    return named();
  }

  async untilEnded(): Promise<void> {
    await eventually(() => this.ended, 'the stream has ended');
  }

  leave(): void {
    this.asking.destroy();
  }

  #receive(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line): [string, string] => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
        }),
      );
      const event = fields.get('event');
      if (event === undefined) this.comments += 1;
      else this.events.push({ event, id: fields.get('id'), data: JSON.parse(fields.get('data') ?? 'null') });
    }
  }
}
