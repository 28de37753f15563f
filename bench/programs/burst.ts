// Many requests at the same moment, each on a connection of its own, and somebody else who asks one thing after the
// other meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpLoad } from '../http-load.ts';

const PAUSE_MS = 5;
const target = process.env['TARGET'] ?? '';

process.on('message', async (command: { burst?: 'send'; requests: Uint8Array[]; other: Uint8Array }) => {
  if (command.burst !== 'send') return;
  const requests = command.requests.map((request) => Buffer.from(request));
  const other = Buffer.from(command.other);
  const load = await HttpLoad.open(target, requests.length);
  const reader = await HttpLoad.open(target, 1);
  const others: number[] = [];
  const over = new AbortController();
  const reading = (async () => {
    while (!over.signal.aborted) {
      others.push(...(await reader.timed([other], 200)));
      await sleep(PAUSE_MS);
    }
  })();
  const webhooks = await load.timed(requests, 200);
  over.abort();
  await reading;
  load.close();
  reader.close();
  process.send?.({ burst: 'send', webhooks, others });
});
process.send?.({ burst: 'ready' });
