import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';

/**
 * Starts the command and a watcher that holds the pipe from this process. When the pipe closes, because
 * stop() closed it or because this process was killed, the watcher sends the stop signal, and the last
 * signal when the grace is over. POSIX sh has no fork of its own to leak and costs about a megabyte.
 * Arguments: stop signal, grace in seconds, last signal, folder to remove at the end or '', command, ….
 */
const SUPERVISOR = `
stop_signal=$1 grace=$2 last_signal=$3 remove=$4
shift 4
exec 3<&0
"$@" 3<&- </dev/null &
command=$!
(
  trap exit TERM
  read -r line <&3
  kill -s "$stop_signal" "$command" || exit
  tries=$((grace * 10))
  while [ "$tries" -gt 0 ]; do
    sleep 0.1
    kill -0 "$command" || exit
    tries=$((tries - 1))
  done
  kill -s "$last_signal" "$command"
) 2>/dev/null >/dev/null &
watcher=$!
exec 3<&-
wait "$command"
status=$?
kill "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
if [ -n "$remove" ]; then rm -rf -- "$remove"; fi
exit "$status"
`;

export interface SupervisedOptions {
  stopSignal: 'TERM' | 'INT';
  /** Seconds between the stop signal and the last one. */
  graceSeconds: number;
  lastSignal: 'KILL' | 'QUIT';
  /** Where the output goes: 'inherit', 'ignore' or a file descriptor. */
  output: 'inherit' | 'ignore' | number;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Run as this user; only root can. */
  account?: { uid: number; gid: number };
  /** A folder to delete after the command ended, however this process ends. */
  removeAfter?: string;
}

/** A command that never outlives this process, not even when this process is killed with SIGKILL. */
export class SupervisedProcess {
  /** Resolves to the exit code; above 128 for a signal. */
  readonly exited: Promise<number>;
  readonly #supervisor: ChildProcess;
  /** Milliseconds until the watcher has surely done its work. */
  readonly #patience: number;

  constructor(command: string, args: string[], options: SupervisedOptions) {
    const { stopSignal, graceSeconds, lastSignal, removeAfter = '' } = options;
    this.#patience = (graceSeconds + 3) * 1000;
    const settings = [stopSignal, String(graceSeconds), lastSignal, removeAfter];
    const stdio: StdioOptions = ['pipe', options.output, options.output];
    this.#supervisor = spawn('/bin/sh', ['-c', SUPERVISOR, 'supervisor', ...settings, command, ...args], {
      stdio,
      cwd: options.cwd,
      env: options.env,
      ...options.account,
      // Its own session: Ctrl-C in the terminal reaches the launcher alone, which stops the parts in order.
      detached: true,
    });
    // The pipe breaks when the supervisor ends first; `exited` tells that better.
    this.#supervisor.stdin?.on('error', () => undefined);
    this.exited = new Promise((resolve, reject) => {
      this.#supervisor.once('error', reject);
      this.#supervisor.once('exit', (code) => resolve(code ?? 255));
    });
    // A failure to spawn is for whoever awaits `exited`.
    this.exited.catch(() => undefined);
  }

  /** The process id of the supervisor, the parent of the command. */
  get pid(): number | undefined {
    return this.#supervisor.pid;
  }

  /** Stops the command and waits until it ended; the exit code. */
  async stop(): Promise<number> {
    this.#supervisor.stdin?.end();
    // Only needed if somebody killed the watcher.
    const lastResort = setTimeout(() => this.#killGroup(), this.#patience);
    try {
      return await this.exited;
    } finally {
      clearTimeout(lastResort);
    }
  }

  #killGroup(): void {
    try {
      // The supervisor leads a process group of its own.
      if (this.pid) process.kill(-this.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}
