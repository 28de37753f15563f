// `npm test [-- filter …]`: unit, library and surface tests. `npm run test:system`: the system tests.
// A filter is a part of a path; options that begin with a dash go to `node --test`.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import {
  ensureBuild,
  ensurePackages,
  environment,
  root,
  runScript,
  runToEnd,
  SetupProblem,
} from './setup.mjs';
import { howToInstall, missingSystemPrograms } from './system-programs.mjs';

const system = process.argv.includes('--system');
const rest = process.argv.slice(2).filter((argument) => argument !== '--system');
const options = rest.filter((argument) => argument.startsWith('-'));
const filters = rest.filter((argument) => !argument.startsWith('-'));

await runScript(async () => {
  const node = ensurePackages();
  if (system) {
    const missing = missingSystemPrograms();
    if (missing.length > 0) {
      throw new SetupProblem(`The system tests also need ${missing.join(', ')}; ${howToInstall(missing)}`);
    }
    // They start the servers as an operator does, from dist/.
    ensureBuild();
  }
  const files = testFiles().filter(
    (file) => filters.length === 0 || filters.some((part) => file.includes(part)),
  );
  if (files.length === 0)
    throw new SetupProblem(`No test file matches ${filters.join(' or ') || 'the layout'}.`);
  const runner = [
    '--conditions=source',
    '--import',
    './tools/typescript-loader.mjs',
    '--test',
    // A test that waits for nothing, or leaves something open, ends as a failure and not as a run without end.
    '--test-timeout=600000',
    '--test-force-exit',
    '--test-global-setup=./test/support/global-setup.mjs',
    // The system tests kill processes and measure time; the others only share the processors.
    `--test-concurrency=${system ? 1 : availableParallelism()}`,
  ];
  return await runToEnd(node, [...runner, ...options, ...files], {
    env: { ...environment(), NODE_ENV: 'test' },
  });
});

function testFiles() {
  if (system) return filesUnder('test/system', '.system.ts');
  const specs = ['libs', 'apps', 'test'].flatMap((folder) => filesUnder(folder, '.spec.ts'));
  return [...specs, ...filesUnder('tools', '.spec.mjs')];
}

function filesUnder(folder, ending) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path.split(sep).join('/')}`)
    .sort();
}
