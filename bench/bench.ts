import type { RaceResult } from './race.ts';
import type { Stage } from './stage.ts';

export interface BenchOutcome extends RaceResult {
  /** What was done and how, in a line: load, sizes, what is left out. */
  readonly conditions: string;
  /** Further figures that have nothing to be compared with. */
  readonly notes?: readonly string[];
}

/** One hot path of DESIGN, measured beside its limit. */
export interface Bench {
  /** As it is named on the command line. */
  readonly name: string;
  readonly title: string;
  /** What an operation is, such as `request`. */
  readonly unit: string;
  /** @param stage starts the server when it is first asked for. */
  run(stage: () => Promise<Stage>): Promise<BenchOutcome>;
}
