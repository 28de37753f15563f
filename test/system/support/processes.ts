import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../../support/eventually.ts';

/** A process of the test: the pid alone could be somebody else's by now. */
interface Seen {
  readonly pid: number;
  readonly startedAt: string;
}

/** The processes that this one has started, with theirs. Reads /proc. */
export function descendants(): Seen[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const found = new Set([process.pid]);
  let size = 0;
  while (size < found.size) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  found.delete(process.pid);
  return all.filter(({ pid }) => found.has(pid));
}

/** The child of `parent` that runs `program`. */
export function childRunning(program: string, parent: number): number {
  const child = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => statOf(pid)?.parent === parent && commandLineOf(pid).includes(program));
  if (child === undefined) throw new Error(`Nobody runs ${program} under ${parent}.`);
  return child;
}

/** How many files, sockets included, one process may have open; what it starts may have as many. */
export function mostOpenFiles(): number {
  const [, most = '0'] = /^Max open files +(\w+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return most === 'unlimited' ? Number.POSITIVE_INFINITY : Number(most);
}

/** Waits until all of them have ended; a test that leaves one behind fails. */
export async function untilGone(seen: readonly Seen[]): Promise<void> {
  const left = () => seen.filter(({ pid, startedAt }) => statOf(pid)?.startedAt === startedAt);
  await eventually(() => left().length === 0, `the processes of the test (${pids(left())}) have ended`);
}

const pids = (seen: readonly Seen[]) => seen.map(({ pid }) => pid).join(', ');

function commandLineOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
}

function statOf(pid: number): (Seen & { parent: number }) | null {
  try {
    // The name in parentheses may hold spaces; what follows it is: state, parent, …, start time (field 22).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? null : { pid, parent: Number(parent), startedAt: rest[17] ?? '' };
  } catch {
    return null;
  }
}
