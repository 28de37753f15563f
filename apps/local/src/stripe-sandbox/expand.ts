import { z } from 'zod';
import { refusedParameter } from './errors.ts';
import { type Form, readForm, text } from './form.ts';
import type { Store } from './store.ts';

const EXPANDABLE = new Set([
  'balance_transaction',
  'charge',
  'customer',
  'data',
  'destination',
  'failure_balance_transaction',
  'invoice',
  'latest_charge',
  'latest_invoice',
  'payment_intent',
  'payment_method',
  'source',
  'subscription',
  'transfer',
]);
const MAX_DEPTH = 4;
const expandForm = z.object({ expand: z.array(text).optional() });

/** Reads `expand[]` before anything runs. Errors: a property that is no id of another object. */
export function readExpand(form: Form): string[][] {
  const { expand: sent = [] } = readForm(expandForm, form);
  const paths = sent.map((path) => path.split('.'));
  for (const path of paths) {
    const unknown = path.find((name) => !EXPANDABLE.has(name));
    if (unknown !== undefined || path.length > MAX_DEPTH) {
      throw refusedParameter(`This property cannot be expanded (${path.join('.')}).`, { param: 'expand' });
    }
  }
  return paths;
}

/** A copy of `answer` with the objects in place of their ids. */
export function expand(store: Store, answer: object, paths: string[][]): object {
  const copy = structuredClone(answer);
  for (const path of paths) expandOne(store, copy, path);
  return copy;
}

function expandOne(store: Store, at: unknown, path: string[]): void {
  const [name, ...rest] = path;
  if (name === undefined || typeof at !== 'object' || at === null) return;
  if (Array.isArray(at)) {
    for (const item of at) expandOne(store, item, path);
    return;
  }
  const object = at as Record<string, unknown>;
  const value = object[name];
  if (typeof value === 'string') object[name] = structuredClone(store.find(value)) ?? value;
  expandOne(store, object[name], rest);
}
