import type { Bench, BenchOutcome } from './bench.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './race.ts';

const NAME_WIDTH = 44;

export function describeMachine(machine: Machine): string {
  const { command, date, commit, node, postgres, system, cpu, cores, memoryGiB, loadAverage } = machine;
  return [
    `$ ${command}`,
    `${date}, commit ${commit}`,
    `Node ${node}, PostgreSQL ${postgres} (embedded, fsync and synchronous commit off), ${system}`,
    `${cores} × ${cpu}, ${memoryGiB} GiB; load average before: ${loadAverage}`,
    'Median (least to greatest) of interleaved rounds. Load, server and database share the machine, so that the',
    'load generator bounds what is done in a second; the CPU of a process is its own.',
    '',
  ].join('\n');
}

export function describeOutcome({ name, title, unit }: Bench, outcome: BenchOutcome): string {
  const { standings, ratios, conditions, notes = [], rounds } = outcome;
  return [
    `${name}: ${title}`,
    `  ${conditions}; ${rounds} rounds`,
    ...standings.map(
      ({ name, operationsPerSecond, cpuMicroseconds }) =>
        `  ${name.padEnd(NAME_WIDTH)}${figure(operationsPerSecond)} /s   ${figure(cpuMicroseconds)} µs CPU per ${unit}`,
    ),
    ...ratios.map(
      ({ against, throughput, cpu }) =>
        `  ratio to ${against.padEnd(NAME_WIDTH - 9)}${figure(throughput)} ×    ${figure(cpu)} × CPU`,
    ),
    ...notes.map((note) => `  ${note}`),
    '',
  ].join('\n');
}

function figure({ median, min, max }: Spread): string {
  return `${short(median).padStart(8)} ${`(${short(min)} to ${short(max)})`.padEnd(20)}`;
}

/** Three digits that mean something. */
function short(value: number): string {
  // What was not measured: the CPU of a program that does not tell it.
  if (Number.isNaN(value)) return '–';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
