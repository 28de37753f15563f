import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'expect';
import { EventStream } from './event-stream.ts';

const event = (id: number, text = '') => ({ id: String(id), event: 'notification', data: { text } });

async function textOf(stream: EventStream): Promise<string> {
  let text = '';
  for await (const part of stream) text += part;
  return text;
}

describe('EventStream', () => {
  it('writes events as the standard says', async () => {
    const stream = new EventStream();
    void stream.send(event(7, 'two\nlines'));
    stream.beat();
    void stream.send({ event: 'other', data: {} });
    stream.end('session_ended');
    expect(await textOf(stream)).toBe(
      'retry: 3000\n\n' +
        'id: 7\nevent: notification\ndata: {"text":"two\\nlines"}\n\n' +
        ': \n\n' +
        'event: other\ndata: {}\n\n' +
        'event: end\ndata: {"reason":"session_ended"}\n\n',
    );
  });

  it('lets who sends wait for the reader, and holds little meanwhile', async () => {
    const stream = new EventStream();
    let sent = 0;
    const sending = (async () => {
      for (let id = 1; id <= 200; id += 1) {
        await stream.send(event(id, 'x'.repeat(1000)));
        sent += 1;
      }
      stream.end('server_stopping');
    })();
    await turn();
    expect(sent).toBeLessThan(30);
    expect(stream.readableLength).toBeLessThan(32 * 1024);
    const text = await textOf(stream);
    await sending;
    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
  });

  it('drops a reader that takes nothing from one beat to the next', async () => {
    const stream = new EventStream();
    const sending = stream.send(event(1, 'x'.repeat(20_000)));
    stream.beat();
    expect(stream.destroyed).toBe(false);
    stream.beat();
    expect(stream.destroyed).toBe(true);
    await sending;
    await stream.send(event(2));
    stream.beat();
    stream.end('session_ended');
  });

  it('keeps one that reads slowly', async () => {
    const stream = new EventStream();
    const sending = stream.send(event(1, 'x'.repeat(20_000)));
    stream.beat();
    stream.resume();
    await sending;
    stream.beat();
    stream.beat();
    expect(stream.destroyed).toBe(false);
    stream.destroy();
  });
});
