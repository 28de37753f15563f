import type { z } from 'zod';
import type { Actor } from '#kernel';

/** Job data carries ids and facts, never health data: it is stored in the clear until the job has run. */
export type JobData = Record<string, string | number | boolean | null>;

/** A named line of work with the shape of its data. */
export interface Queue<Data extends JobData = JobData> {
  readonly name: string;
  readonly data: z.ZodType<Data>;
  /** How long one job may take before it counts as dead, where that is more than two minutes. */
  readonly seconds?: number;
}

export function defineQueue<Data extends JobData>(
  name: string,
  data: z.ZodType<Data>,
  options: { readonly seconds?: number } = {},
): Queue<Data> {
  return { name, data, ...options };
}

/** A fact that happened, named in the past tense; libraries further up subscribe to it. */
export interface EventType<Data extends JobData = JobData> extends Queue<Data> {
  readonly meaning: string;
}

const catalogue: EventType[] = [];

export function defineEvent<Data extends JobData>(
  name: string,
  meaning: string,
  data: z.ZodType<Data>,
): EventType<Data> {
  const event = { name, meaning, data };
  catalogue.push(event);
  return event;
}

/** Every event that has been defined, in the order of loading: for the generated catalogue. */
export function eventCatalogue(): readonly EventType[] {
  return catalogue;
}

export type DataOf<Line> = Line extends Queue<infer Data> ? Data : never;

/**
 * Does the work of one queue. It may be called more than once with the same data (the process can die
 * after the work and before the job is marked done), so its effect must be the same as of one call.
 */
export interface JobHandler<Data extends JobData> {
  handle(actor: Actor, data: Data): Promise<void>;
}
