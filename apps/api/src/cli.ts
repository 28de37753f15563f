import { AuditService } from '#audit';
import { DomainError, SystemClock } from '#kernel';
import { ConfigError, Database, loadConfig } from '#platform';
import { PAYMENTS_USAGE, paymentsCommand } from './cli/payments.commands.ts';

const USAGE = `Usage: cli <command>

  audit verify   recompute the chains of the audit log; ends with 1 and a line for each break when somebody
                 has changed, removed or cut off rows
${PAYMENTS_USAGE}`;

/** What an operator does beside the server, on the same configuration. */
async function main(words: readonly string[]): Promise<number> {
  if (words.join(' ') === 'audit verify') return verifyAudit();
  const done = await paymentsCommand(words);
  if (done !== undefined) return done;
  process.stderr.write(USAGE);
  return 2;
}

async function verifyAudit(): Promise<number> {
  const database = new Database(loadConfig());
  try {
    const breaks = await new AuditService(database, new SystemClock()).verify();
    for (const { chain, sequence, problem } of breaks) {
      process.stdout.write(`${problem} chain ${chain} at ${sequence}\n`);
    }
    if (breaks.length === 0) process.stdout.write('The audit log is whole.\n');
    return breaks.length === 0 ? 0 : 1;
  } finally {
    await database.onApplicationShutdown();
  }
}

/** Something that whoever typed the command can put right. */
function isMistake(error: unknown): boolean {
  const isOption = String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
  return isOption || error instanceof ConfigError || error instanceof DomainError;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`${isMistake(error) ? message : stack}\n`);
  process.exitCode = 2;
}
