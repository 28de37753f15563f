// Preloaded into every process under measurement (`node --import`): tells its CPU time, and while asked to,
// notes the statements that it sends to PostgreSQL. It takes the place of nothing while it is not recording.
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';

const GC_ROUNDS = 2;
const GC_PAUSE_MS = 300;

interface Statement {
  readonly text: string;
  readonly values: readonly (string | Uint8Array | null)[];
}

const query = Object.getOwnPropertyDescriptor(pg.Client.prototype, 'query') as {
  value: (this: pg.Client, ...args: unknown[]) => unknown;
};
let recorded: Statement[] = [];

function recording(this: pg.Client, ...args: unknown[]): unknown {
  const [what, given] = args;
  const { text, values } =
    typeof what === 'string' ? { text: what, values: undefined } : (what as pg.QueryConfig);
  const parameters = Array.isArray(given) ? given : (values ?? []);
  recorded.push({ text, values: parameters.map((value) => prepareValue(value)) });
  return query.value.apply(this, args);
}

process.on('message', (message: { probe?: 'cpu' | 'memory' | 'record' | 'recorded' }) => {
  if (message.probe === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ probe: 'cpu', seconds: (user + system) / 1e6 });
  } else if (message.probe === 'memory') {
    void memoryLeft().then((bytes) => process.send?.({ probe: 'memory', bytes }));
  } else if (message.probe === 'record') {
    recorded = [];
    Object.defineProperty(pg.Client.prototype, 'query', { ...query, value: recording });
    process.send?.({ probe: 'record' });
  } else if (message.probe === 'recorded') {
    Object.defineProperty(pg.Client.prototype, 'query', query);
    process.send?.({ probe: 'recorded', statements: recorded });
  }
});
// The channel closes when the bench ends, in whichever way.
process.on('disconnect', () => process.exit());

/**
 * What stays when the garbage is gone, and the room that the heap keeps for more of it: after a burst that is tens
 * of MB, however few connections are left.
 */
async function memoryLeft(): Promise<number> {
  for (let round = 0; round < GC_ROUNDS; round += 1) {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await setTimeout(GC_PAUSE_MS);
  }
  return process.memoryUsage().rss;
}
