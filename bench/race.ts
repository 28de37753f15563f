/** What one competitor did in one round. */
export interface Sample {
  readonly operations: number;
  readonly seconds: number;
  /** CPU time of the process that did the work, not of the one that asked for it. */
  readonly cpuSeconds: number;
}

export interface Competitor {
  readonly name: string;
  /** Does one round. What it prepares is its own affair; only what the sample tells is counted. */
  run(): Promise<Sample>;
}

/** A median with the least and the greatest of the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

interface Standing {
  readonly name: string;
  readonly operationsPerSecond: Spread;
  readonly cpuMicroseconds: Spread;
}

/** The subject against one of the others: 0.5 and 2.0 say half the operations in a second at twice the CPU. */
interface Ratio {
  readonly against: string;
  readonly throughput: Spread;
  readonly cpu: Spread;
}

export interface RaceResult {
  readonly rounds: number;
  readonly standings: readonly Standing[];
  readonly ratios: readonly Ratio[];
}

/**
 * Lets the competitors run in turn, several rounds, so that what else the machine does hits all of them.
 * A ratio is taken within each round, and its median over the rounds. The first round warms up and does not
 * count.
 *
 * @param competitors the subject, then what it is compared with.
 */
export async function race(competitors: readonly Competitor[], rounds: number): Promise<RaceResult> {
  const samples = competitors.map((): Sample[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < competitors.length; turn++) {
      // Nobody always runs first.
      const who = (round + turn) % competitors.length;
      const sample = await (competitors[who] as Competitor).run();
      if (round > 0) samples[who]?.push(sample);
    }
  }
  const [subject = [], ...others] = samples;
  return {
    rounds,
    standings: competitors.map(({ name }, who) => ({
      name,
      operationsPerSecond: spread((samples[who] ?? []).map(rate)),
      cpuMicroseconds: spread((samples[who] ?? []).map(cpu)),
    })),
    ratios: others.map((other, index) => ({
      against: competitors[index + 1]?.name ?? '',
      throughput: spread(other.map((sample, round) => rate(subject[round] as Sample) / rate(sample))),
      cpu: spread(other.map((sample, round) => cpu(subject[round] as Sample) / cpu(sample))),
    })),
  };
}

/** Measures work that this process does itself. */
export async function sampled(operations: number, work: () => void | Promise<void>): Promise<Sample> {
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { operations, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** The duration that a share of all does not exceed. */
export function percentile(durations: readonly number[], share: number): number {
  const sorted = durations.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

const rate = ({ operations, seconds }: Sample): number => operations / seconds;
const cpu = ({ operations, cpuSeconds }: Sample): number => (cpuSeconds / operations) * 1e6;

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return { median: (low + high) / 2, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}
