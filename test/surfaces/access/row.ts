import type { World } from './world.ts';

/**
 * Who asks. Those who have nothing to do with the record come first, so that what the others change does
 * not answer them: a patient, and a doctor of another practice, then the patient and the doctor whom the
 * record is about, then an administrator.
 */
export const CALLERS = [
  'anonymous',
  'other patient',
  'other doctor',
  'patient',
  'doctor',
  'administrator',
] as const;

export type Caller = (typeof CALLERS)[number];

export type Params = Readonly<Record<string, string>>;

/** What is sent to one operation, and what each caller gets for it. */
export interface Row {
  /** The status for each of {@link CALLERS}: what the one before has changed may show in the next one’s. */
  readonly codes: string;
  /** Lists: an id that is looked for. Whose answer has it gets a + at the status. */
  readonly shows?: (world: World, at: Params) => string;
  /** The record that all of them ask for; where the asking changes it, one made for this row. */
  readonly at?: (world: World) => Params | Promise<Params>;
  readonly query?: (world: World) => string;
  /** A body that is valid, made for each caller. Without one, a caller whose role may ask gets 400. */
  readonly body?: (world: World, caller: Caller, at: Params) => unknown;
  /** For what ends logins or belongs to the account alone: each caller is somebody new of their role. */
  readonly newcomers?: true;
}

/** By `METHOD path`. */
export type Rows = Readonly<Record<string, Row>>;
