import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Bench, BenchOutcome } from './bench.ts';
import { apiRead } from './benches/api-read.ts';
import { booking } from './benches/booking.ts';
import { idle } from './benches/idle.ts';
import { mixedRead } from './benches/mixed-read.ts';
import { prescription } from './benches/prescription.ts';
import { relay } from './benches/relay.ts';
import { relayRedis } from './benches/relay-redis.ts';
import { settlement } from './benches/settlement.ts';
import { slotsBench } from './benches/slots.ts';
import { webhook } from './benches/webhook.ts';
import { webhookBurst } from './benches/webhook-burst.ts';
import { machine } from './machine.ts';
import { MeasuredProcess } from './measured-process.ts';
import { describeMachine, describeOutcome } from './report.ts';
import { openStage, type Stage } from './stage.ts';

const BENCHES: readonly Bench[] = [
  apiRead,
  mixedRead,
  booking,
  webhook,
  webhookBurst,
  settlement,
  relay,
  relayRedis,
  idle,
  slotsBench,
  prescription,
];

const HELP = `npm run bench [-- name …] [--json FILE] [--cpu-profile FOLDER]
${BENCHES.map(({ name, title }) => `  ${name.padEnd(14)}${title}`).join('\n')}
--json writes the figures, --cpu-profile a CPU profile of each measured process, which slows it down.
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      'cpu-profile': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (values.help || unknown.length > 0) {
    process.stdout.write(HELP);
    process.exitCode = unknown.length > 0 ? 1 : 0;
    return;
  }
  // Memory is measured without what is only waiting to be collected.
  MeasuredProcess.nodeOptions = ['--expose-gc'];
  const folder = values['cpu-profile'];
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    MeasuredProcess.nodeOptions = ['--expose-gc', '--cpu-prof', `--cpu-prof-dir=${folder}`];
  }
  const chosen = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const about = machine();
  process.stdout.write(`${describeMachine(about)}\n`);
  const outcomes = await runAll(chosen);
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify({ machine: about, benches: outcomes }, null, 2)}\n`);
  }
}

async function runAll(benches: readonly Bench[]): Promise<Record<string, BenchOutcome>> {
  const outcomes: Record<string, BenchOutcome> = {};
  let stage: Promise<Stage> | undefined;
  try {
    for (const bench of benches) {
      const outcome = await bench.run(() => {
        stage ??= openStage();
        return stage;
      });
      outcomes[bench.name] = outcome;
      process.stdout.write(`${describeOutcome(bench, outcome)}\n`);
    }
  } finally {
    await (await stage)?.stop();
  }
  return outcomes;
}

await main();
