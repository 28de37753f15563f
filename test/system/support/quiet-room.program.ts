// Two people who talk in a room of their own, in a process of its own, so that what is measured is the server
// and not whoever attacks it. Started by QuietRoom; speaks with it over the channel of child processes.
import { WebSocket } from 'ws';
import type { Delays, Line } from './quiet-room.ts';

/** Half of what the server allows. */
const INTERVAL_MS = 20;

let delays: number[] = [];

process.on('message', (message: [Line, Line] | 'measure') => {
  if (message === 'measure') tell();
  else void talk(message);
});
process.on('disconnect', () => process.exit());

async function talk(lines: [Line, Line]): Promise<void> {
  const [speaker, listener] = await Promise.all(lines.map(enter));
  if (!speaker || !listener) throw new Error('Two lines were given.');
  const began = performance.now();
  let said = 0;
  listener.on('message', (data) => {
    const { type, text } = JSON.parse((data as Buffer).toString('utf8'));
    // From when it was due: what could not be said in time is late, too.
    if (type === 'chat') delays.push(performance.now() - began - Number(text) * INTERVAL_MS);
  });
  const say = () => {
    for (; began + said * INTERVAL_MS <= performance.now(); said += 1) {
      speaker.send(JSON.stringify({ type: 'chat', id: said + 1, text: String(said) }));
    }
    setTimeout(say, Math.max(0, began + said * INTERVAL_MS - performance.now()));
  };
  say();
  for (const socket of [speaker, listener]) socket.on('close', () => process.exit(1));
  process.send?.('talking');
}

function enter({ url, token }: Line): Promise<WebSocket> {
  const socket = new WebSocket(url, ['televisit.v1', `token.${token}`]);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    // The welcome.
    socket.once('message', () => resolve(socket));
  });
}

/** Tells what was measured since the last time. */
function tell(): void {
  const sorted = delays.toSorted((a, b) => a - b);
  delays = [];
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  process.send?.({ count: sorted.length, p50: at(0.5), p99: at(0.99) } satisfies Delays);
}
