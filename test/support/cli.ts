import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestServer } from './app.ts';

const PROGRAM = ['--conditions=source', '--import', './tools/typescript-loader.mjs', 'apps/api/src/cli.ts'];

/** Runs an operator's command beside the server, on the same database. */
export async function runCli(
  app: TestServer,
  words: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...PROGRAM, ...words], {
      env: { ...process.env, ...app.environment },
    });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout || stderr };
  }
}
