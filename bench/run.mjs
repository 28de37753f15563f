// `npm run bench [-- name …] [--json FILE]`: how fast the hot paths are, beside their limits.
// `npm run bench -- scale`: how they stand up to ten thousand doctors and a million visits.
import { ensureBuild, ensurePackages, runScript, runToEnd } from '../tools/setup.mjs';

await runScript(async () => {
  const node = ensurePackages();
  // The server is measured as an operator runs it, from dist/.
  ensureBuild();
  const loader = ['--conditions=source', '--import', './tools/typescript-loader.mjs'];
  const program = process.argv[2] === 'scale' ? 'bench/scale/main.ts' : 'bench/main.ts';
  return await runToEnd(node, [...loader, program, ...process.argv.slice(2)]);
});
