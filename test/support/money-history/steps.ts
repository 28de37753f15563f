import fc from 'fast-check';

/** How a patient pays, or does not. `regretted` and `stolen`: what was paid is given back in part, or disputed, at once. */
const WAYS_TO_PAY = ['paid', 'declined', 'slow', 'slowRefunds', 'nobody', 'regretted', 'stolen'] as const;
export type WayToPay = (typeof WAYS_TO_PAY)[number];

/** What becomes of the webhooks that lie in the post while a group of things happens. */
const MAILS = ['live', 'inOrder', 'reversed', 'shuffled', 'some', 'twice', 'none'] as const;
/** Mostly not as it happened. */
const DISORDERED = ['reversed', 'shuffled', 'twice'] as const satisfies readonly Mail[];
export type Mail = (typeof MAILS)[number];

/** What goes wrong meanwhile: how providers answer, or that nobody does the jobs. */
const FAULTS = ['none', 'destroy', 'hang', 'error', 'outage', 'noWorker'] as const;
export type Fault = (typeof FAULTS)[number];

const OFTEN = ['refund', 'dashboardRefund', 'complete', 'payout'] as const;
const SOMETIMES = [
  'comeBack',
  'pay',
  'bank',
  'payAgain',
  'cancelByPatient',
  'cancelByDoctor',
  'noShow',
  'lapse',
  'endRefund',
  'retryRefund',
  'dispute',
  'endDispute',
  'advance',
  'decide',
  'takeBack',
  'restrict',
  'compare',
] as const;
/** A webhook that is signed, and tells of another sum than was asked for. */
const SELDOM = ['wrongSum'] as const;
export type Act = 'visit' | (typeof OFTEN)[number] | (typeof SOMETIMES)[number] | (typeof SELDOM)[number];

/** One thing that happens. What its numbers mean depends on what there is by then. */
export interface Step {
  readonly act: Act;
  readonly way: WayToPay;
  /** To whom. */
  readonly at: number;
  /** How much of what there is, in thousandths. */
  readonly part: number;
}

/** Things that happen at the same time. */
export interface Group {
  readonly steps: readonly Step[];
  readonly mail: Mail;
  readonly fault: Fault;
  /** For what else is left to chance in it. */
  readonly seed: number;
}

export const AT_ONCE = 8;
const WEIGHTS = { visit: 8, often: 10, sometimes: 12, seldom: 1 };
const ALL_WEIGHTS = 31;

const one = <T>(...of: readonly T[]) => fc.constantFrom(...of);

const STEP: fc.Arbitrary<Step> = fc.record({
  act: fc.oneof(
    { weight: WEIGHTS.visit, arbitrary: fc.constant('visit' as const) },
    { weight: WEIGHTS.often, arbitrary: one(...OFTEN) },
    { weight: WEIGHTS.sometimes, arbitrary: one(...SOMETIMES) },
    { weight: WEIGHTS.seldom, arbitrary: one(...SELDOM) },
  ),
  way: fc.oneof(
    { weight: 4, arbitrary: fc.constant('paid' as const) },
    { weight: 3, arbitrary: one('regretted' as const, 'stolen' as const) },
    { weight: 3, arbitrary: one(...WAYS_TO_PAY.filter((way) => way !== 'paid')) },
  ),
  at: fc.nat({ max: 1_000_000 }),
  part: fc.integer({ min: 1, max: 1000 }),
});

const GROUP: fc.Arbitrary<Group> = fc.record({
  steps: fc.array(STEP, { minLength: AT_ONCE, maxLength: AT_ONCE }),
  mail: fc.oneof(one(...MAILS), one(...DISORDERED)),
  fault: fc.oneof(
    { weight: 6, arbitrary: fc.constant('none' as const) },
    { weight: 4, arbitrary: one(...FAULTS.filter((fault) => fault !== 'none')) },
  ),
  seed: fc.nat(),
});

/** A life with about so many visits. */
export function lifeOf(seed: number, visits: number): Group[] {
  return fc.sample(GROUP, { seed, numRuns: Math.ceil((visits * ALL_WEIGHTS) / WEIGHTS.visit / AT_ONCE) });
}

/** The same numbers below 1 for the same seed. Tommy Ettinger's Mulberry32, in the public domain. */
export function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
