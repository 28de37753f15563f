// `npm run diagnose`: what is wrong with this machine, port or configuration, and what to do about it.
// The first half needs nothing but Node 20; the second (apps/local/src/diagnose.ts) needs the packages.
import { spawnSync } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { findNode, NODE_MAJOR, packageProblem, readJson, root, runScript, SetupProblem } from './setup.mjs';
import { howToInstall, missingSystemPrograms } from './system-programs.mjs';

/** The packages, the build and the first data need about this much: bytes. */
const DISK_NEEDED = 1_500_000_000;

const marks = { ok: '  ok      ', warning: '  warning ', problem: '  PROBLEM ' };

await runScript(async () => {
  const findings = [...machine(), disk(), packages(), runtime()];
  if (!findings.some(({ level }) => level === 'problem')) findings.push(...installation());
  findings.push(systemPrograms());
  for (const { level, text, advice } of findings) {
    process.stdout.write(`${marks[level]}${text}\n${advice ? `            → ${advice}\n` : ''}`);
  }
  const problems = findings.filter(({ level }) => level === 'problem').length;
  process.stdout.write(problems === 0 ? '\nNo problem found.\n' : `\n${problems} to solve.\n`);
  return problems === 0 ? 0 : 1;
});

function machine() {
  const major = Number.parseInt(process.versions.node, 10);
  const npm = spawnSync('npm', ['--version'], { encoding: 'utf8' });
  return [
    major >= 20
      ? ok(`Node ${process.versions.node} on ${process.platform}-${process.arch}`)
      : problem(`Node ${process.versions.node} is too old`, 'Install Node 20 or later.'),
    npm.status === 0
      ? ok(`npm ${npm.stdout.trim()}`)
      : problem('npm is not on the PATH', 'Install Node with npm.'),
  ];
}

function disk() {
  let folder = resolve(root, process.env.DATA_DIR || '.data');
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = `${((bavail * bsize) / 1e9).toFixed(1)} GB free in ${folder}`;
  return bavail * bsize >= DISK_NEEDED ? ok(free) : warning(free, 'Make room; 1.5 GB is comfortable.');
}

function packages() {
  const wrong = packageProblem();
  if (!wrong)
    return ok(`${Object.keys(readJson('package-lock.json').packages).length} packages as in the lock file`);
  return warning(
    `Packages: ${wrong}`,
    '`npm start` installs them; the checks that need them come after that.',
  );
}

function runtime() {
  try {
    return ok(`Node ${NODE_MAJOR} for the servers: ${findNode()}`);
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    return packageProblem() ? warning(`Node ${NODE_MAJOR} comes with the packages`) : problem(error.message);
  }
}

function installation() {
  if (packageProblem()) return [];
  const loader = ['--conditions=source', '--import', './tools/typescript-loader.mjs'];
  const program = [...loader, 'apps/local/src/diagnose.ts'];
  const run = spawnSync(findNode(), program, { cwd: root, encoding: 'utf8', timeout: 60_000 });
  if (run.status === 0) return JSON.parse(run.stdout);
  return [
    problem(`The installed packages do not work: ${run.stderr || run.error?.message}`, 'Run `npm ci`.'),
  ];
}

function systemPrograms() {
  const missing = missingSystemPrograms();
  if (missing.length === 0) return ok('Programs for the system tests are installed');
  return warning(`Only the system tests need ${missing.join(', ')}`, howToInstall(missing));
}

function ok(text) {
  return { level: 'ok', text };
}

function warning(text, advice) {
  return { level: 'warning', text, advice };
}

function problem(text, advice) {
  return { level: 'problem', text, advice };
}
