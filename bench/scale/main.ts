import { parseArgs } from 'node:util';
import { createTestDatabase, prepareTemplate, type TestDatabase } from '../../test/support/database.ts';
import { startPostgresForTests } from '../../test/support/postgres-for-tests.ts';
import { HttpLoad } from '../http-load.ts';
import { machine } from '../machine.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import { describeMachine } from '../report.ts';
import { openServer } from '../stage.ts';
import { Bookings } from './bookings.ts';
import { type Question, questions } from './questions.ts';
import { logIn } from './visitors.ts';
import { fillWorld, worldOf } from './world.ts';

const CLIENTS = [8, 20];
const ROUNDS = 5;
/** How long a round may take: ms. */
const ROUND = 1500;

const HELP = `npm run bench -- scale [--share 0.01 --share 1] [--only TEXT]
How long the marketplace's questions take, and how that grows with the data, while bookings go on.
Full size is 10,000 doctors and 1,000,000 visits in a database of its own; it takes some minutes to fill.
`;

/** Milliseconds. */
interface Figures {
  readonly p50: number;
  readonly p95: number;
  /** CPU time of the server's process for one request; bookings in the background included. */
  readonly cpu: number;
}

/** By question, then by the number of clients. */
type Outcome = Map<string, Map<number, Figures>>;

async function main(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      share: { type: 'string', multiple: true, default: ['0.01', '1'] },
      only: { type: 'string', default: '' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  process.stdout.write(`${describeMachine(machine())}\n`);
  const postgres = await startPostgresForTests();
  try {
    await prepareTemplate();
    const outcomes: Outcome[] = [];
    for (const share of values.share.map(Number)) outcomes.push(await measured(share, values.only));
    if (outcomes.length > 1) tellGrowth(outcomes[0] as Outcome, outcomes.at(-1) as Outcome);
  } finally {
    await postgres.stop();
  }
}

async function measured(share: number, only: string): Promise<Outcome> {
  const world = worldOf(share);
  const database = await createTestDatabase();
  try {
    const began = performance.now();
    await fillWorld(database.superuserUrl, world);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    process.stdout.write(
      `${world.doctors} doctors, ${world.patients} patients, ${world.visits} visits; filled in ${seconds} s\n`,
    );
    return await asked(database, only);
  } finally {
    await database.drop();
  }
}

async function asked(database: TestDatabase, only: string): Promise<Outcome> {
  const server = await openServer(database.url, (config) => logIn(database.superuserUrl, config));
  const { api, url, cast } = server;
  const bookings = new Bookings(url, cast);
  const outcome: Outcome = new Map();
  try {
    const today = Temporal.Now.plainDateISO('UTC');
    for (const question of questions(cast, today).filter(({ name }) => name.includes(only))) {
      const figures = new Map<number, Figures>();
      for (const clients of CLIENTS) figures.set(clients, await timed(api, url, question, clients));
      outcome.set(question.name, figures);
      process.stdout.write(`  ${question.name.padEnd(46)}${[...figures].map(describe).join('   ')}\n`);
    }
    process.stdout.write(`  ${bookings.made} bookings were made meanwhile\n\n`);
  } finally {
    await bookings.stop();
    await server.stop();
  }
  return outcome;
}

/** The median over the rounds of each round's median and 95th percentile. */
async function timed(
  api: MeasuredProcess,
  url: string,
  question: Question,
  clients: number,
): Promise<Figures> {
  const load = await HttpLoad.open(url, clients);
  let n = 0;
  const take = (count: number) => Array.from({ length: count }, () => question.ask(n++));
  try {
    // Statements are prepared and tables are read; it also tells how many requests a round can have.
    const began = performance.now();
    const warm = await load.timed(take(clients * 6), 200);
    const each = (performance.now() - began) / warm.length;
    const count = Math.min(1000, Math.max(clients * 4, Math.round(ROUND / each)));
    const rounds: Figures[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      let durations: number[] = [];
      const { cpuSeconds } = await api.sampled(count, async () => {
        durations = (await load.timed(take(count), 200)).sort((a, b) => a - b);
      });
      const cpu = (cpuSeconds / count) * 1000;
      rounds.push({ p50: quantile(durations, 0.5), p95: quantile(durations, 0.95), cpu });
    }
    const typical = (figure: keyof Figures) =>
      quantile(
        rounds.map((round) => round[figure]).sort((a, b) => a - b),
        0.5,
      );
    return { p50: typical('p50'), p95: typical('p95'), cpu: typical('cpu') };
  } finally {
    load.close();
  }
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

const describe = ([clients, { p50, p95, cpu }]: [number, Figures]): string =>
  `${String(clients).padStart(2)} clients: p50 ${inMs(p50)}, p95 ${inMs(p95)}, CPU ${inMs(cpu)}`;
const inMs = (value: number): string => `${value.toFixed(1).padStart(6)} ms`;

function tellGrowth(small: Outcome, full: Outcome): void {
  process.stdout.write('p95 with all the data, as a multiple of that with the least\n');
  for (const [name, figures] of full) {
    const growth = [...figures].map(
      ([clients, { p95 }]) =>
        `${String(clients).padStart(2)} clients: ${(p95 / (small.get(name)?.get(clients)?.p95 ?? Number.NaN)).toFixed(1).padStart(5)} ×`,
    );
    process.stdout.write(`  ${name.padEnd(46)}${growth.join('   ')}\n`);
  }
}

await main();
