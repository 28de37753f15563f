import { newId } from '#kernel';
import { HttpLoad, httpRequest } from './http-load.ts';
import { MeasuredProcess, type Statement } from './measured-process.ts';
import { pgbench } from './pgbench.ts';
import { type Competitor, type RaceResult, race, type Sample } from './race.ts';
import type { Stage } from './stage.ts';

/** Requests that are under way at any time, each on a connection of its own. */
export const CONNECTIONS = 16;
const ROUNDS = 5;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** One request to the API, and by what its statements differ from those of the others. */
interface Operation {
  /** Operations of one kind send the same statements. */
  readonly kind: string;
  readonly request: Buffer;
  /** Values that stand in the statements, such as the doctor's id. */
  readonly values: Readonly<Record<string, string>>;
}

export interface Workload {
  readonly stage: Stage;
  /** The status that the API answers. */
  readonly status: number;
  readonly operationsPerRound: number;
  /** How many operations `next` gives until each kind has come. */
  readonly period: number;
  /** The operation after the last one: each is asked for once. */
  next(): Operation;
}

/** The statements of each kind of operation, with `{{name}}` where each operation puts its own. */
export type Scripts = Readonly<Record<string, readonly Statement[]>>;

/** By what the statements of an operation differ from those of the others of its kind. */
export interface Bindings {
  readonly kind: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The API against the statements it sends. They are taken from the running server, so what is compared is
 * what it does today: one request of each kind is recorded, and each value of it that the workload or the server
 * made for this request is made anew for every operation.
 */
export async function raceAgainstSameSql(
  work: Workload,
): Promise<RaceResult & { scripts: Scripts; notes: readonly string[] }> {
  const { stage, status, operationsPerRound } = work;
  const load = await HttpLoad.open(stage.url, CONNECTIONS);
  const { scripts, madeHere } = await recordedOf(work, load);
  const take = () => Array.from({ length: operationsPerRound }, () => work.next());
  const bindings = (): Bindings[] =>
    take().map(({ kind, values }) => ({
      kind,
      values: { ...values, ...Object.fromEntries((madeHere[kind] ?? []).map((name) => [name, newId()])) },
    }));
  const loadInto = (process: MeasuredProcess) =>
    process.ask({ plain: 'load', scripts, operations: bindings() });

  const program = (env: Record<string, string> = {}) =>
    new MeasuredProcess('bench/programs/plain-pg.ts', {
      DATABASE_URL: stage.databaseUrl,
      CONNECTIONS: String(CONNECTIONS),
      ...env,
    });
  const behindFastify = program();
  const plain = program();
  const prepared = program({ PREPARED: '1' });
  const [{ url } = {}] = await Promise.all(
    [behindFastify, plain, prepared].map((each) => each.told<{ url: string }>({ plain: 'ready' })),
  );
  if (url === undefined) throw new Error('The bare server has no address.');
  const fastifyLoad = await HttpLoad.open(url, CONNECTIONS);
  const byIndex = Array.from({ length: operationsPerRound }, (_, index) => httpRequest('GET', `/${index}`));

  const plainRun = (name: string, process: MeasuredProcess): Competitor => ({
    name,
    run: async () => {
      await loadInto(process);
      return process.sampled(operationsPerRound, async () => {
        await process.ask({ plain: 'run' });
      });
    },
  });
  const competitors: Competitor[] = [
    {
      name: 'the API',
      run: () => {
        const requests = take().map(({ request }) => request);
        return stage.api.sampled(operationsPerRound, async () => {
          await load.run(requests, status);
        });
      },
    },
    {
      name: 'bare Fastify + pg, same SQL',
      run: async (): Promise<Sample> => {
        await loadInto(behindFastify);
        return behindFastify.sampled(operationsPerRound, async () => {
          await fastifyLoad.run(byIndex, 200);
        });
      },
    },
    plainRun('plain pg, same SQL', plain),
    plainRun('plain pg, same SQL, prepared', prepared),
  ];
  const byPgbench = await pgbench({
    databaseUrl: stage.databaseUrl,
    superuserUrl: stage.superuserUrl,
    scripts,
    clients: CONNECTIONS,
  });
  if (byPgbench) competitors.push({ name: 'pgbench, same SQL, prepared', run: () => byPgbench(bindings()) });
  const notes = byPgbench ? [] : ['pgbench is not on this machine: it is left out.'];
  try {
    return { ...(await race(competitors, ROUNDS)), scripts, notes };
  } finally {
    load.close();
    fastifyLoad.close();
    await Promise.all([behindFastify, plain, prepared].map((each) => each.stop()));
  }
}

/** How many statements an operation sends, by kind. */
export const describeScripts = (scripts: Scripts): string =>
  Object.entries(scripts)
    .map(([kind, statements]) => `${kind} ${statements.length}`)
    .join(', ');

async function recordedOf(
  work: Workload,
  load: HttpLoad,
): Promise<{ scripts: Scripts; madeHere: Record<string, string[]> }> {
  const { stage, status, period } = work;
  // The statement caches and pools are warm, and a connection that is being opened is not recorded.
  for (let round = 0; round < 2; round++) {
    await load.run(
      Array.from({ length: period }, () => work.next().request),
      status,
    );
  }
  const scripts: Record<string, Statement[]> = {};
  const madeHere: Record<string, string[]> = {};
  for (let i = 0; i < period; i++) {
    const { kind, request, values } = work.next();
    if (scripts[kind]) continue;
    const recorded = await stage.api.statementsOf(async () => {
      await load.run([request], status);
    });
    const placed = withPlaces(recorded, values);
    scripts[kind] = placed.statements;
    madeHere[kind] = placed.madeHere;
  }
  return { scripts, madeHere };
}

/** Puts `{{name}}` for each value of the operation, and for each id that the server made. */
export function withPlaces(
  recorded: readonly Statement[],
  values: Readonly<Record<string, string>>,
): { statements: Statement[]; madeHere: string[] } {
  const made = new Map<string, string>();
  const place = (text: string): string => {
    let placed = text;
    for (const [name, value] of Object.entries(values)) placed = placed.replaceAll(value, `{{${name}}}`);
    return placed.replace(UUID, (id) => {
      if (!made.has(id)) made.set(id, `made${made.size}`);
      return `{{${made.get(id)}}}`;
    });
  };
  const statements = recorded.map(({ text, values: parameters }) => ({
    text,
    values: parameters.map((value) => {
      if (value === null) return null;
      if (typeof value === 'string') return place(value);
      // Bytes: one character each, so that they come back as they were.
      return Buffer.from(place(Buffer.from(value).toString('latin1')), 'latin1');
    }),
  }));
  return { statements, madeHere: [...made.values()] };
}
