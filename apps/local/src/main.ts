import { apiArguments } from './api-process.ts';
import { launch } from './launcher.ts';
import { readSettings } from './settings.ts';
import { StartProblem } from './start-problem.ts';

const stop = new AbortController();
// More of the same signal changes nothing: a terminal and a parent process may both send it.
process.on('SIGINT', () => stop.abort());
process.on('SIGTERM', () => stop.abort());
// The channel to tools/start.mjs closes when that process is killed.
process.on('disconnect', () => stop.abort());

try {
  process.exitCode = await launch({
    settings: readSettings(process.env),
    api: process.argv.includes('--watch') ? apiArguments.watched : apiArguments.built,
    signal: stop.signal,
    print: (text) => process.stdout.write(text),
  });
} catch (error) {
  if (!(error instanceof StartProblem)) throw error;
  process.stderr.write(`\nTelevisit cannot start.\n${error.message}\n`);
  process.exitCode = 1;
}
// An open channel or a lingering connection must not keep a finished launcher.
process.exit();
