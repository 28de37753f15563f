import { AuditService } from '#audit';
import { DomainError, SystemClock } from '#kernel';
import { LedgerChainService } from '#payments';
import { ConfigError, Database, loadConfig } from '#platform';
import { PAYMENTS_USAGE, paymentsCommand } from './cli/payments.commands.ts';

const USAGE = `Usage: cli <command>

  audit verify   recompute the chains of the audit log; ends with 1 and a line for each break when somebody
                 has changed, removed or cut off rows
  ledger verify  the same for the ledger; tells the hash of its last transaction, to be kept elsewhere
${PAYMENTS_USAGE}`;

/** What an operator does beside the server, on the same configuration. */
async function main(words: readonly string[]): Promise<number> {
  const command = words.join(' ');
  if (command === 'audit verify') return onDatabase(verifyAudit);
  if (command === 'ledger verify') return onDatabase(verifyLedger);
  const done = await paymentsCommand(words);
  if (done !== undefined) return done;
  process.stderr.write(USAGE);
  return 2;
}

async function verifyAudit(database: Database): Promise<number> {
  const breaks = await new AuditService(database, new SystemClock()).verify();
  for (const { chain, sequence, problem } of breaks) {
    process.stdout.write(`${problem} chain ${chain} at ${sequence}\n`);
  }
  if (breaks.length === 0) process.stdout.write('The audit log is whole.\n');
  return breaks.length === 0 ? 0 : 1;
}

async function verifyLedger(database: Database): Promise<number> {
  const { breaks, sealed, head, waiting } = await new LedgerChainService(database).verify();
  for (const { sequence, transactionId, problem } of breaks) {
    process.stdout.write(
      `${problem} at ${sequence ?? 'no place'} transaction ${transactionId ?? 'unknown'}\n`,
    );
  }
  if (breaks.length === 0) process.stdout.write('The ledger is whole.\n');
  process.stdout.write(`${sealed} transactions, ${waiting} waiting, head ${head || 'none'}\n`);
  return breaks.length === 0 ? 0 : 1;
}

async function onDatabase(work: (database: Database) => Promise<number>): Promise<number> {
  const database = new Database(loadConfig());
  try {
    return await work(database);
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
